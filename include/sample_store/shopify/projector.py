"""Answers a plan from documents: plain dicts walked once, which is what makes the store fast enough for a first load."""

from __future__ import annotations

from collections.abc import Iterable
from types import FunctionType
from typing import Any

from sample_store.shopify.cost import CONNECTION_COST, object_cost, sized
from sample_store.shopify.errors import not_simulated
from sample_store.shopify.paging import Listing, Page, slice_of
from sample_store.shopify.plan import CONNECTION, LEAF, LIST, OBJECT, FieldPlan, Selection

Document = dict[str, Any]


class Projector:
    """Walks one answer and adds up what it really costs."""

    def __init__(self) -> None:
        self.points = 0.0

    def answer(self, document: Document, selection: Selection, path: list[str]) -> Document:
        """Return what the selection asks of the document.

        A document's value is a scalar, a document, a list of documents, a ``Listing``, or a function of the field's arguments.
        """
        if selection.by_type is not None:
            selection = selection.by_type[document["__typename"]]
        found: Document = {}
        for field in selection.fields:
            name, kind = field.name, field.kind
            if name in document:
                value = document[name]
            elif name == "__typename":
                value = selection.type_name
            else:
                raise not_simulated(f"{selection.type_name}.{name}", [*path, field.response_key])
            if value.__class__ is FunctionType:
                value = value(field.arguments)
            if kind == LEAF or value is None or field.selection is None:
                found[field.response_key] = value
            elif kind == OBJECT:
                self.points += object_cost(field.selection)
                found[field.response_key] = self.answer(value, field.selection, path)
            elif kind == CONNECTION:
                inner_path = [*path, field.response_key]
                found[field.response_key] = self._connection(value, field, field.selection, inner_path)
            elif kind == LIST:
                first = field.arguments.get("first")
                chosen = value if first is None else value[:first]
                found[field.response_key] = self._many(chosen, field.selection, path, charged=1)
        return found

    def _many(self, documents: Iterable[Document | None], selection: Selection, path: list[str], *, charged: int) -> list[Any]:
        """Answer several documents; their mean cost is charged ``charged`` times."""
        before, each_costs = self.points, object_cost(selection)
        found: list[Document | None] = []
        for document in documents:
            self.points += each_costs
            found.append(None if document is None else self.answer(document, selection, path))
        if found:
            self.points = before + (self.points - before) / len(found) * charged
        return found

    def _connection(self, value: Any, field: FieldPlan, selection: Selection, path: list[str]) -> Document:  # noqa: ANN401 - a Listing or a list
        page = value.page(field.arguments, path) if isinstance(value, Listing) else slice_of(value, field.arguments, path)
        self.points += CONNECTION_COST
        charged = sized(len(page.documents))
        found: Document = {}
        for each in selection.fields:
            key = each.response_key
            if each.selection is None:
                found[key] = selection.type_name
            elif each.name == "pageInfo":
                found[key] = page_info(page, each.selection)
            elif each.name == "nodes":
                found[key] = self._many(page.documents, each.selection, path, charged=charged)
            elif each.name == "edges":
                edges = [{"node": node, "cursor": page.cursors(place)} for place, node in enumerate(page.documents)]
                before = self.points
                found[key] = [self.answer(edge, each.selection, path) for edge in edges]
                self.points = before + (self.points - before) / max(1, len(edges)) * charged
            else:
                raise not_simulated(f"{selection.type_name}.{each.name}", path)
        return found


def page_info(page: Page, selection: Selection) -> Document:
    """Return ``pageInfo`` as asked for; it is free."""
    last = len(page.documents) - 1
    info = {
        "hasNextPage": page.has_next_page,
        "hasPreviousPage": page.has_previous_page,
        "startCursor": page.cursors(0) if last >= 0 else None,
        "endCursor": page.cursors(last) if last >= 0 else None,
        "__typename": selection.type_name,
    }
    return {each.response_key: info[each.name] for each in selection.fields}
