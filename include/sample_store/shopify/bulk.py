"""Bulk operations: a query is taken, checked by Shopify's published restrictions, and answered as a file of JSON lines.

A child stands somewhere behind its parent, not right behind it: Shopify promises no more, so neither does this store.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import (
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    parse,
    validate,
)
from graphql.execution.values import get_variable_values

from sample_store.local_time import iso
from sample_store.shopify.documents import ShopAt
from sample_store.shopify.errors import QueryError
from sample_store.shopify.paging import Listing
from sample_store.shopify.plan import CONNECTION, LEAF, LIST, FieldPlan, Planner, Selection
from sample_store.shopify.projector import Projector
from sample_store.shopify.shapes import gid

MOST_CONNECTIONS, DEEPEST = 5, 2
OPERATIONS_KEPT = 20
PARENTS_TOGETHER = 2
"""So many records stand in the file before the first one's children do."""

Document = dict[str, Any]


@dataclass
class Operation:
    """One operation, and its file once that is made."""

    number: int
    query: str
    selection: FieldPlan
    created_at: str
    status: str = "CREATED"
    error_code: str | None = None
    file: bytes = b""
    name: str = ""
    objects: int = 0
    roots: int = 0


@dataclass
class BulkOperations:
    """The operations of one shop; all that a restart forgets."""

    schema: GraphQLSchema
    address: str = ""
    """Where the files are fetched; what they are called there nobody guesses."""
    operations: list[Operation] = field(default_factory=list)

    def run(self, shop: ShopAt, query: str) -> Document:
        """Return the payload of ``bulkOperationRunQuery``."""
        try:
            selection = _checked(self.schema, query)
        except QueryError as error:
            said = {"__typename": "BulkOperationUserError", "code": "INVALID", "field": ["query"]}
            return {"bulkOperation": None, "userErrors": [{**said, "message": error.message}]}
        operation = Operation(len(self.operations) + 1, query, selection, iso(shop.clock))
        self.operations.append(operation)
        for old in self.operations[:-OPERATIONS_KEPT]:
            old.file, old.status = b"", "EXPIRED"
        return {"bulkOperation": self._document(operation), "userErrors": []}

    def query_root(self, shop: ShopAt) -> Document:
        """Return what queries ask of operations. Whoever looks finds that the shop got on with them."""
        return {
            "bulkOperation": lambda arguments: next(
                (each for each in self._looked_at(shop) if each["id"] == arguments["id"]), None
            ),
            "bulkOperations": lambda _: self._looked_at(shop)[::-1],
        }

    def file(self, name: str) -> bytes | None:
        """Return the file of this name."""
        return next((each.file for each in self.operations if name and each.name == name and each.file), None)

    def _looked_at(self, shop: ShopAt) -> list[Document]:
        for operation in self.operations:
            if operation.status == "CREATED":
                _carry_out(operation, shop)
        return [self._document(operation) for operation in self.operations]

    def _document(self, operation: Operation) -> Document:
        has_file = operation.status == "COMPLETED" and bool(operation.file)
        return {
            "__typename": "BulkOperation",
            "id": gid("BulkOperation", operation.number),
            "status": operation.status,
            "errorCode": operation.error_code,
            "type": "QUERY",
            "createdAt": operation.created_at,
            "completedAt": operation.created_at if operation.status == "COMPLETED" else None,
            "objectCount": str(operation.objects),
            "rootObjectCount": str(operation.roots),
            "fileSize": str(len(operation.file)) if has_file else None,
            "query": operation.query,
            "url": f"{self.address}/{operation.name}" if has_file else None,
            "partialDataUrl": None,
        }


def _carry_out(operation: Operation, shop: ShopAt) -> None:
    """Make an operation's file."""
    lines: list[bytes] = []
    waiting: list[list[bytes]] = []
    try:
        for record in _roots(shop, operation.selection):
            first, *behind = _lines(record, _node(operation.selection.selection), None)
            operation.roots += 1
            lines.append(first)
            waiting.append(behind)
            if len(waiting) == PARENTS_TOGETHER:
                lines += [line for children in waiting for line in children]
                waiting.clear()
    except QueryError:
        operation.status, operation.error_code = "FAILED", "INTERNAL_SERVER_ERROR"
        return
    lines += [line for children in waiting for line in children]
    operation.objects, operation.status = len(lines), "COMPLETED"
    operation.file = b"".join(line + b"\n" for line in lines)
    operation.name = f"{operation.number}-{secrets.token_hex(8)}.jsonl"


def _roots(shop: ShopAt, asked: FieldPlan) -> Iterator[Document]:
    """Yield the records of the one connection that a bulk query asks for."""
    value = shop.query_root()[asked.name]
    value = value(asked.arguments) if callable(value) else value
    if not isinstance(value, Listing):
        raise QueryError(f"{asked.name} cannot be asked for in bulk")
    yield from value.all(asked.arguments, [asked.name])


def _lines(document: Document, selection: Selection, parent: str | None) -> Iterator[bytes]:
    """Yield an object's line, then those of its connections."""
    plain = [each for each in selection.fields if each.kind != CONNECTION]
    line = Projector().answer(document, Selection(selection.type_name, plain), [])
    yield orjson.dumps(line if parent is None else {**line, "__parentId": parent})
    for each in selection.fields:
        if each.kind == CONNECTION:
            children = document[each.name]
            for child in children(each.arguments) if callable(children) else children:
                yield from _lines(child, _node(each.selection), document["id"])


def _node(connection: Selection | None) -> Selection:
    """Return what is asked of each node of a connection, which is asked for by ``edges { node { … } }`` alone."""
    edges = [] if connection is None else connection.fields
    if len(edges) == 1 and edges[0].name == "edges" and edges[0].selection is not None:
        (node, *others) = edges[0].selection.fields
        if node.name == "node" and not others and node.selection is not None:
            return node.selection
    raise QueryError("All connection fields in a bulk query must select their contents using 'edges' > 'node'.")


def _checked(schema: GraphQLSchema, query: str) -> FieldPlan:
    """Return the field that a query asks for. Raises ``QueryError`` where Shopify would not take it."""
    try:
        document = parse(query)
        errors = validate(schema, document)
    except GraphQLError as error:
        errors = [error]
    if errors:
        raise QueryError(f"Invalid bulk query: {errors[0].message}")
    (operation, *others) = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    if others or operation.operation is not OperationType.QUERY or schema.query_type is None:
        raise QueryError("Invalid operation type. Only `query` operations are supported.")
    if operation.variable_definitions:
        raise QueryError("Bulk queries take no variables.")
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    variables = get_variable_values(schema, (), {})
    if isinstance(variables, list):
        raise variables[0]
    fields = Planner(schema, fragments, variables).select(schema.query_type, [operation.selection_set]).fields
    if len(fields) != 1 or fields[0].kind != CONNECTION:
        raise QueryError("Bulk queries must contain at least one connection.")
    if 1 + _check_below(schema, fields[0], depth=0) > MOST_CONNECTIONS:
        raise QueryError(f"Bulk queries cannot contain more than {MOST_CONNECTIONS} connections.")
    return fields[0]


def _check_below(schema: GraphQLSchema, connection: FieldPlan, *, depth: int) -> int:
    """Return how many connections stand below one."""
    node = _node(connection.selection)
    kind = schema.type_map[node.type_name]
    if not isinstance(kind, GraphQLObjectType) or "Node" not in {each.name for each in kind.interfaces}:
        raise QueryError(f"Connections must implement the Node interface: {connection.name} does not.")
    nested = [each for each in node.fields if each.kind == CONNECTION]
    if nested and "id" not in [each.response_key for each in node.fields]:
        raise QueryError(
            "The parent 'node' field for a nested connection must select the 'id' field without an alias. "
            f"Connection fields without 'id': {connection.name}."
        )
    if nested and depth == DEEPEST:
        raise QueryError(f"Bulk queries cannot contain connections with a nesting depth greater than {DEEPEST}.")
    for each in node.fields:
        if each.kind not in (CONNECTION, LEAF) and _has_connection(each):
            where = "list" if each.kind == LIST else "object"
            raise QueryError(f"Queries that contain a connection field within a {where} field are not supported.")
    return len(nested) + sum(_check_below(schema, each, depth=depth + 1) for each in nested)


def _has_connection(asked: FieldPlan) -> bool:
    """Return whether a connection stands anywhere below a field."""
    fields = [] if asked.selection is None else asked.selection.fields
    return any(each.kind == CONNECTION or _has_connection(each) for each in fields)
