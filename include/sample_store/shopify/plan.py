"""A query's selections, flattened once: fields by response key with their arguments filled in, fragments resolved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    GraphQLUnionType,
    InlineFragmentNode,
    SelectionSetNode,
    get_argument_values,
    get_directive_values,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.values import VariableValues

TYPENAME, LEAF, OBJECT, LIST, CONNECTION = range(5)


class FieldPlan(NamedTuple):
    """One field of a selection; a tuple, because an answer unpacks it a million times."""

    response_key: str
    name: str
    kind: int
    arguments: dict[str, Any]
    selection: Selection | None


@dataclass(slots=True)
class Selection:
    """What is asked of an object: for one object type, or for each possible type of an interface or union."""

    type_name: str
    fields: list[FieldPlan]
    by_type: dict[str, Selection] | None = None
    """Set for abstract types: the document's ``__typename`` chooses."""


class Planner:
    """Turns a validated selection set into a plan, for one set of variables."""

    def __init__(
        self, schema: GraphQLSchema, fragments: dict[str, FragmentDefinitionNode], variables: VariableValues
    ) -> None:
        self.schema, self.fragments, self.variables = schema, fragments, variables

    def select(self, parent: GraphQLNamedType, sets: list[SelectionSetNode]) -> Selection:
        """Return the plan for an object of type ``parent``; several sets are merged, as GraphQL merges equal fields."""
        if isinstance(parent, (GraphQLInterfaceType, GraphQLUnionType)):
            concrete = self._kept_types(parent)
            return Selection(parent.name, [], {each.name: self.select(each, sets) for each in concrete})
        if not isinstance(parent, GraphQLObjectType):
            raise TypeError(f"{parent} cannot be selected from")
        collected: dict[str, list[FieldNode]] = {}
        for each in sets:
            self._collect(parent, each, collected)
        return Selection(parent.name, [self._field(parent, key, nodes) for key, nodes in collected.items()])

    def _kept_types(self, parent: GraphQLInterfaceType | GraphQLUnionType) -> list[GraphQLObjectType]:
        """Return the possible types; of a big interface such as Node only those that the sample store keeps."""
        possible = self.schema.get_possible_types(parent)
        return [each for each in possible if len(possible) <= FEW_TYPES or each.name in KEPT_TYPES]

    def _field(self, parent: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> FieldPlan:
        name = nodes[0].name.value
        if name == "__typename":
            return FieldPlan(key, name, TYPENAME, {}, None)
        definition = parent.fields[name] if name in parent.fields else self.schema.get_field(parent, name)
        if definition is None:
            raise TypeError(f"{parent.name} has no field {name}")
        arguments = get_argument_values(definition, nodes[0], self.variables) if definition.args else {}
        named = get_named_type(definition.type)
        if is_leaf_type(named):
            return FieldPlan(key, name, LEAF, arguments, None)
        inner = definition.type.of_type if is_non_null_type(definition.type) else definition.type
        kind = LIST if is_list_type(inner) else CONNECTION if named.name.endswith("Connection") else OBJECT
        sets = [node.selection_set for node in nodes if node.selection_set is not None]
        return FieldPlan(key, name, kind, arguments, self.select(named, sets))

    def _collect(
        self, parent: GraphQLObjectType, selection_set: SelectionSetNode, into: dict[str, list[FieldNode]]
    ) -> None:
        for node in selection_set.selections:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                into.setdefault((node.alias or node.name).value, []).append(node)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self.fragments[node.name.value]
                if self._applies(parent, fragment.type_condition.name.value):
                    self._collect(parent, fragment.selection_set, into)
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                if condition is None or self._applies(parent, condition.name.value):
                    self._collect(parent, node.selection_set, into)

    def _applies(self, parent: GraphQLObjectType, condition: str) -> bool:
        if condition == parent.name:
            return True
        named = self.schema.type_map[condition]
        return isinstance(named, (GraphQLInterfaceType, GraphQLUnionType)) and self.schema.is_sub_type(named, parent)

    def _included(self, node: Any) -> bool:  # noqa: ANN401 - any selection node
        if not node.directives:
            return True
        skip = get_directive_values(GraphQLSkipDirective, node, self.variables)
        include = get_directive_values(GraphQLIncludeDirective, node, self.variables)
        return not (skip and skip["if"]) and not (include and not include["if"])


FEW_TYPES = 12
KEPT_TYPES = frozenset(
    {
        "Customer",
        "Fulfillment",
        "FulfillmentOrder",
        "InventoryItem",
        "InventoryLevel",
        "LineItem",
        "Location",
        "MediaImage",
        "Order",
        "Product",
        "ProductVariant",
        "Refund",
        "Shop",
    }
)
"""Object types that the store has records of; other types of an interface cannot turn up in an answer."""
