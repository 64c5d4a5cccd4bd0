"""Answers a plan from documents: plain dicts, walked once. This is what makes a first load of the store fast."""

from __future__ import annotations

from collections.abc import Iterable
from types import FunctionType
from typing import Any

from sample_store.shopify.cost import CONNECTION_COST, object_cost, sized
from sample_store.shopify.errors import not_simulated
from sample_store.shopify.paging import Listing, Page, slice_of
from sample_store.shopify.plan import CONNECTION, LEAF, OBJECT, Selection

Document = dict[str, Any]


class Projector:
    """Walks one answer and adds up what it really costs."""

    def __init__(self) -> None:
        self.points = 0.0

    def answer(self, document: Document, selection: Selection, path: list[str]) -> Document:
        """Return what the selection asks of the document.

        A document's value is a scalar, a document, a list of them, a ``Listing``, or a function of arguments.
        """
        if selection.by_type is not None:
            selection = selection.by_type[document["__typename"]]
        found: Document = {}
        for key, name, kind, arguments, inner in selection.fields:
            if kind == LEAF:
                if name not in document:
                    raise not_simulated(f"{selection.type_name}.{name}", [*path, key])
                found[key] = document[name]
                continue
            if inner is None:
                found[key] = selection.type_name
                continue
            if name not in document:
                raise not_simulated(f"{selection.type_name}.{name}", [*path, key])
            value = document[name]
            if value.__class__ is FunctionType:
                value = value(arguments)
            if value is None:
                found[key] = None
            elif kind == OBJECT:
                self.points += object_cost(inner)
                found[key] = self.answer(value, inner, path)
            elif kind == CONNECTION:
                found[key] = self._connection(value, arguments, inner, [*path, key])
            else:
                first = arguments.get("first")
                found[key] = self._many(value if first is None else value[:first], inner, path, charged=1)
        return found

    def _many(
        self, documents: Iterable[Document | None], selection: Selection, path: list[str], *, charged: int
    ) -> list[Any]:
        """Answer several documents; their mean cost is charged ``charged`` times."""
        before, each_costs = self.points, object_cost(selection)
        found: list[Document | None] = []
        for document in documents:
            self.points += each_costs
            found.append(None if document is None else self.answer(document, selection, path))
        if found:
            self.points = before + (self.points - before) / len(found) * charged
        return found

    def _connection(
        self, value: Listing | list[Document], arguments: Document, selection: Selection, path: list[str]
    ) -> Document:
        page = value.page(arguments, path) if isinstance(value, Listing) else slice_of(value, arguments, path)
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
