"""Answers a plan from documents: plain dicts walked once, which is what makes the store fast enough for a first load."""

from __future__ import annotations

from types import FunctionType
from typing import Any

from sample_store.shopify.errors import QueryError, not_simulated
from sample_store.shopify.paging import Listing, Page, slice_of
from sample_store.shopify.plan import CONNECTION, LEAF, LIST, OBJECT, FieldPlan, Selection


class Projector:
    """Walks one answer and counts the objects in it."""

    def __init__(self) -> None:
        self.objects = 0
        """Points that the answer really costs."""

    def answer(self, document: dict[str, Any], selection: Selection, path: list[str]) -> dict[str, Any]:
        """Return what the selection asks of the document.

        A document's value is a scalar, a document, a list of documents, a ``Listing``, or a function of the field's arguments.
        """
        if selection.by_type is not None:
            selection = selection.by_type[document["__typename"]]
        found: dict[str, Any] = {}
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
                self.objects += 1
                found[field.response_key] = self.answer(value, field.selection, path)
            elif kind == CONNECTION:
                found[field.response_key] = self._connection(value, field, field.selection, [*path, field.response_key])
            elif kind == LIST:
                first = field.arguments.get("first")
                chosen = value if first is None else value[:first]
                self.objects += len(chosen)
                inner = field.selection
                found[field.response_key] = [self.answer(each, inner, path) for each in chosen]
        return found

    def _connection(self, value: Any, field: FieldPlan, selection: Selection, path: list[str]) -> dict[str, Any]:  # noqa: ANN401 - a Listing or a list
        page = value.page(field.arguments, path) if isinstance(value, Listing) else slice_of(value, field.arguments, path)
        self.objects += 2
        found: dict[str, Any] = {}
        for each in selection.fields:
            if each.selection is None:
                found[each.response_key] = selection.type_name
            elif each.name == "pageInfo":
                found[each.response_key] = self.answer_page_info(page, each.selection)
            elif each.name == "nodes":
                inner = each.selection
                self.objects += len(page.documents)
                found[each.response_key] = [self.answer(node, inner, path) for node in page.documents]
            elif each.name == "edges":
                inner = each.selection
                found[each.response_key] = [
                    self.answer({"node": node, "cursor": page.cursors(place)}, inner, path)
                    for place, node in enumerate(page.documents)
                ]
            else:
                raise QueryError(f"{each.name} is not simulated", path=path)
        return found

    def answer_page_info(self, page: Page, selection: Selection) -> dict[str, Any]:
        """Return ``pageInfo`` as asked for; it is free."""
        last = len(page.documents) - 1
        info = {
            "hasNextPage": page.has_next_page,
            "hasPreviousPage": page.has_previous_page,
            "startCursor": page.cursors(0) if last >= 0 else None,
            "endCursor": page.cursors(last) if last >= 0 else None,
        }
        return {each.response_key: info.get(each.name, selection.type_name) for each in selection.fields}
