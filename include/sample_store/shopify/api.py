"""Answers Admin API requests: parse and validate against the published schema, cost, throttle, project."""

from __future__ import annotations

import gzip
import json
import math
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    build_client_schema,
    get_argument_values,
    get_directive_values,
    parse,
    validate,
)
from graphql.execution.values import VariableValues, get_variable_values

from sample_store.shopify.bulk import BulkOperations
from sample_store.shopify.cost import SINGLE_QUERY_LIMIT, Bucket, requested_cost
from sample_store.shopify.documents import ShopAt
from sample_store.shopify.errors import QueryError, not_simulated
from sample_store.shopify.mutations import Mutations, Tell
from sample_store.shopify.plan import Planner
from sample_store.shopify.projector import Projector

SCHEMA_PATH = Path(__file__).parents[1] / "data" / "shopify_admin_graphql_2026-07.introspection.json.gz"
QUERIES_KEPT = 200
SET_QUANTITIES, RUN_BULK = "inventorySetQuantities", "bulkOperationRunQuery"
MUTATIONS = (SET_QUANTITIES, RUN_BULK)


@cache
def published_schema() -> GraphQLSchema:
    """Return Shopify's Admin schema, version 2026-07."""
    with gzip.open(SCHEMA_PATH) as file:
        return build_client_schema(json.load(file)["data"], assume_valid=True)


@dataclass(frozen=True)
class _Query:
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]


class AdminApi:
    """The API of one shop: its throttle and the queries it has already understood."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self.queries: OrderedDict[tuple[str, str | None], _Query] = OrderedDict()
        self.mutations = Mutations()
        self.bulk = BulkOperations(published_schema())

    def answer(self, shop: ShopAt, body: dict[str, Any], now: float, tell: Tell) -> dict[str, Any]:
        """Return the response's document for a request's body; errors are inside, as Shopify sends them (HTTP 200).

        ``now`` is monotonic real time: points come back in real seconds, not by the shop's clock. ``tell`` takes what a
        mutation changes.
        """
        self.bucket.refill(now)
        requested: int | None = None
        try:
            schema = published_schema()
            query = self._understand(schema, str(body.get("query") or ""), body.get("operationName"))
            variables = get_variable_values(
                schema, query.operation.variable_definitions or (), body.get("variables") or {}
            )
            if isinstance(variables, list):
                return {"errors": [{"message": error.message, "locations": _locations(error)} for error in variables]}
            is_mutation = query.operation.operation is OperationType.MUTATION
            root = schema.mutation_type if is_mutation else schema.query_type
            if root is None:
                raise TypeError("the published schema lacks a root type")
            selection = Planner(schema, query.fragments, variables).select(root, [query.operation.selection_set])
            requested = requested_cost(selection)
            if requested > SINGLE_QUERY_LIMIT:
                return _too_expensive(requested)
            if requested > self.bucket.available:
                return self._throttled(requested)
            projector = Projector()
            if is_mutation:
                document = self._mutated(schema, shop, query, variables, tell)
            else:
                document = {**shop.query_root(), **self.bulk.query_root(shop)}
            data = projector.answer(document, selection, [])
        except GraphQLError as error:
            return {"errors": [{"message": error.message, "locations": _locations(error)}]}
        except _InvalidQueryError as error:
            return {"errors": error.documents}
        except QueryError as error:
            return {"errors": [error.document()], "extensions": {"cost": self._cost(requested, None)}}
        actual = min(requested, math.ceil(projector.points))
        self.bucket.available -= actual
        return {"data": data, "extensions": {"cost": self._cost(requested, actual)}}

    def _understand(self, schema: GraphQLSchema, text: str, operation_name: str | None) -> _Query:
        found = self.queries.get((text, operation_name))
        if found is None:
            document = parse(text)
            errors = validate(schema, document)
            if errors:
                raise _InvalidQueryError(
                    [{"message": error.message, "locations": _locations(error)} for error in errors]
                )
            operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
            named = [each for each in operations if operation_name in (None, each.name and each.name.value)]
            if len(named) != 1:
                raise QueryError("An operation name is required" if named else f'No operation named "{operation_name}"')
            if named[0].operation is OperationType.SUBSCRIPTION:
                raise not_simulated("A subscription")
            fragments = {
                each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
            }
            found = self.queries[text, operation_name] = _Query(named[0], fragments)
            if len(self.queries) > QUERIES_KEPT:
                self.queries.popitem(last=False)
        return found

    def _mutated(
        self, schema: GraphQLSchema, shop: ShopAt, query: _Query, variables: VariableValues, tell: Tell
    ) -> dict[str, Any]:
        """Return the document that a mutation is answered from; two fields are known, each asked for alone."""
        (field, *others) = query.operation.selection_set.selections
        if not isinstance(field, FieldNode) or field.name.value not in MUTATIONS or others or not schema.mutation_type:
            raise not_simulated("This mutation")
        arguments = get_argument_values(schema.mutation_type.fields[field.name.value], field, variables)
        if field.name.value == RUN_BULK:
            started = self.bulk.run(shop, arguments["query"])
            return {RUN_BULK: lambda _: started}
        given = arguments["input"]
        directive = schema.get_directive("idempotent")
        key = (get_directive_values(directive, field, variables) or {}).get("key") if directive else None
        payload = self.mutations.set_quantities(shop, given, key, tell)
        return {SET_QUANTITIES: lambda _: payload}

    def _cost(self, requested: int | None, actual: int | None) -> dict[str, Any]:
        return {"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": self.bucket.status()}

    def _throttled(self, requested: int) -> dict[str, Any]:
        error = {
            "message": "Throttled",
            "extensions": {"code": "THROTTLED", "documentation": "https://shopify.dev/api/usage/rate-limits"},
        }
        return {"errors": [error], "extensions": {"cost": self._cost(requested, None)}}


class _InvalidQueryError(Exception):
    def __init__(self, documents: list[dict[str, Any]]) -> None:
        super().__init__("the query does not fit the published schema")
        self.documents = documents


def _too_expensive(requested: int) -> dict[str, Any]:
    message = (
        f"Query cost is {requested}, which exceeds the single query max cost limit ({SINGLE_QUERY_LIMIT}).\n\n"
        "See https://shopify.dev/concepts/about-apis/rate-limits for more information on how the\n"
        "cost of a query is calculated.\n\n"
        "To query larger amounts of data with fewer limits, bulk operations should be used instead.\n"
        "See https://shopify.dev/api/usage/bulk-operations/queries for usage details.\n"
    )
    extensions = {
        "code": "MAX_COST_EXCEEDED",
        "cost": requested,
        "maxCost": SINGLE_QUERY_LIMIT,
        "documentation": "https://shopify.dev/api/usage/limits#rate-limits",
    }
    return {"errors": [{"message": message, "extensions": extensions}]}


def _locations(error: GraphQLError) -> list[dict[str, int]]:
    return [{"line": each.line, "column": each.column} for each in error.locations or ()]
