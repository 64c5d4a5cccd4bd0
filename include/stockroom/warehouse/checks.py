"""What a landed record must hold to be loaded, stream by stream.

Here stands only what would break a reader or turn every number that is built on it into nonsense: an unreadable date or
number, a negative price, units beyond a million either way, another currency than the store's. What a whole file says
(half its items unknown, prices a hundredfold) is judged by the quality gates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from psycopg import sql

Kind = Literal["price", "units", "day", "moment", "currency", "percent", "days", "list"]

UNITS_AT_MOST = 1_000_000
NUMBER = r"^-?[0-9]{1,10}([.][0-9]{1,10})?$"
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?$"


@dataclass(frozen=True)
class Field:
    """A field that must be readable as its kind."""

    path: tuple[str, ...]
    kind: Kind
    is_required: bool = True


@dataclass(frozen=True)
class Part:
    """Fields of a document, or of each element that a JSON path finds in it."""

    fields: tuple[Field, ...]
    elements: str | None = None


def _needs(*names: str, kind: Kind) -> tuple[Field, ...]:
    """Return required fields of one kind; a dot leads into an object."""
    return tuple(Field(tuple(name.split(".")), kind) for name in names)


def _may_have(*names: str, kind: Kind) -> tuple[Field, ...]:
    """Return fields of one kind that may be missing, null or empty."""
    return tuple(Field(tuple(name.split(".")), kind, is_required=False) for name in names)


CHECKS: Mapping[str, tuple[Part, ...]] = {
    "shopify_orders": (
        Part(
            (
                *_needs("createdAt", "updatedAt", kind="moment"),
                *_may_have("processedAt", "cancelledAt", kind="moment"),
                *_needs("currencyCode", kind="currency"),
                *_needs("lineItems.nodes", kind="list"),
            )
        ),
        Part(
            (
                *_needs("quantity", kind="units"),
                *_may_have("currentQuantity", kind="units"),
                *_needs("originalUnitPriceSet.shopMoney.amount", kind="price"),
                *_needs("originalUnitPriceSet.shopMoney.currencyCode", kind="currency"),
                *_may_have("discountedUnitPriceSet.shopMoney.amount", kind="price"),
                *_may_have("discountedUnitPriceSet.shopMoney.currencyCode", kind="currency"),
            ),
            "$.lineItems.nodes[*]",
        ),
        Part(_needs("createdAt", kind="moment"), "$.refunds[*]"),
        Part(_needs("quantity", kind="units"), "$.refunds[*].refundLineItems.nodes[*]"),
        Part(_needs("createdAt", kind="moment"), "$.fulfillments[*]"),
        Part(_needs("quantity", kind="units"), "$.fulfillments[*].fulfillmentLineItems.nodes[*]"),
    ),
    "shopify_products": (
        Part((*_needs("updatedAt", kind="moment"), *_needs("variants.nodes", kind="list"))),
        Part(
            (
                *_needs("price", kind="price"),
                *_may_have("inventoryItem.unitCost.amount", kind="price"),
                *_may_have("inventoryItem.unitCost.currencyCode", kind="currency"),
            ),
            "$.variants.nodes[*]",
        ),
    ),
    "shopify_inventory_levels": (
        Part((*_needs("updatedAt", kind="moment"), *_needs("inventoryLevels.nodes", kind="list"))),
        Part(_needs("quantity", kind="units"), "$.inventoryLevels.nodes[*].quantities[*]"),
    ),
    "wholesale_orders": (
        Part(
            (
                *_needs("ordered_at", kind="moment"),
                *_needs("quantity", kind="units"),
                *_needs("unit_price", kind="price"),
                *_needs("currency", kind="currency"),
            )
        ),
    ),
    "suppliers_terms": (
        Part(
            (
                *_needs("quoted_lead_time_days", kind="days"),
                *_may_have("minimum_order_value", kind="price"),
                *_needs("currency", kind="currency"),
            )
        ),
    ),
    "suppliers_catalogues": (
        Part(
            (
                *_needs("unit_cost", kind="price"),
                *_needs("currency", kind="currency"),
                *_may_have("pack_units", "minimum_order_units", kind="units"),
            )
        ),
    ),
    "suppliers_purchase_orders": (
        Part(
            (
                *_needs("units", kind="units"),
                *_needs("unit_cost", kind="price"),
                *_needs("currency", kind="currency"),
                *_needs("ordered_at", kind="moment"),
                *_may_have("requested_date", "promised_date", kind="day"),
            )
        ),
    ),
    "suppliers_backorders": (
        Part(
            (
                *_needs("units_backordered", kind="units"),
                *_needs("noted_at", kind="moment"),
                *_may_have("new_promised_date", kind="day"),
            )
        ),
    ),
    "wms_receipts": (Part((*_needs("units", kind="units"), *_needs("received_at", kind="moment"))),),
    "wms_adjustments": (Part((*_needs("units", kind="units"), *_needs("occurred_at", kind="moment"))),),
    "planners_promotions": (
        Part((*_needs("starts_on", "ends_on", kind="day"), *_may_have("discount_percent", kind="percent"))),
    ),
    "planners_policies": (
        Part(
            (
                *_may_have("review_days", "target_days_of_supply", kind="days"),
                *_may_have("service_level", kind="price"),
                *_may_have("valid_until", kind="day"),
            )
        ),
    ),
}


def bad_documents(table: str, *, currency: str) -> sql.Composed | None:
    """Return a query of ``line_number, reason`` over ``pg_temp.incoming``; ``None`` for a stream without checks.

    Each reason names field, value and mend. Elements are walked once, whatever the number of fields.
    """
    parts = CHECKS.get(table, ())
    return sql.SQL(" union all ").join([_query(part, currency) for part in parts]) if parts else None


def _query(part: Part, currency: str) -> sql.Composed:
    """Return the query of one part."""
    verdicts = [_verdict(field, part.elements, currency) for field in part.fields]
    elements = (
        sql.SQL("lateral (values (incoming.document)) as element (value)")
        if part.elements is None
        else sql.SQL("lateral jsonb_path_query(incoming.document, {}) as element (value)").format(
            sql.Literal(part.elements)
        )
    )
    return sql.SQL(
        "select incoming.line_number, reasons.reason from pg_temp.incoming cross join {elements} "
        "cross join lateral (select nullif(concat_ws('; ', {verdicts}), '') as reason) as reasons "
        "where incoming.document is not null and reasons.reason is not null"
    ).format(elements=elements, verdicts=sql.SQL(", ").join(verdicts))


def _verdict(field: Field, elements: str | None, currency: str) -> sql.Composed:
    """Return an expression that is null where the field is fine, else the reason."""
    name = f"{elements.removeprefix('$.')}.{'.'.join(field.path)}" if elements else ".".join(field.path)
    holder = sql.SQL("element.value")
    path = sql.Literal(list(field.path))
    text = (
        sql.SQL("({} ->> {})").format(holder, sql.Literal(field.path[0]))
        if len(field.path) == 1
        else sql.SQL("({} #>> {}::text[])").format(holder, path)
    )
    if field.kind == "list":
        return sql.SQL(
            "case when jsonb_typeof({holder} #> {path}::text[]) is distinct from 'array' then {reason} end"
        ).format(holder=holder, path=path, reason=sql.Literal(f"{name} is missing or no list; send all of the record"))
    branches = [
        sql.SQL("when coalesce({text}, '') = '' then {verdict}").format(
            text=text,
            verdict=sql.Literal(f"{name} is missing; give it a value") if field.is_required else sql.SQL("null"),
        )
    ]
    for condition, mend in _faults(field.kind, text, currency):
        branches.append(
            sql.SQL("when {condition} then {name} || ' \"' || left({text}, 100) || '\" ' || {mend}").format(
                condition=condition, name=sql.Literal(name), text=text, mend=sql.Literal(mend)
            )
        )
    return sql.SQL("case {} end").format(sql.SQL(" ").join(branches))


def _faults(kind: Kind, text: sql.Composed, currency: str) -> list[tuple[sql.Composed, str]]:
    """Return the conditions under which a value is at fault, each with what is wrong and the mend.

    Postgres' own ``numeric`` and ``timestamptz`` also read NaN, 1_000, infinity and "tomorrow": hence the patterns.
    """

    def unlike(pattern: str) -> sql.Composed:
        return sql.SQL("btrim({}) !~ {}").format(text, sql.Literal(pattern))

    if kind in ("day", "moment"):
        is_day = kind == "day"
        readable = sql.SQL("not pg_input_is_valid({}, {})").format(
            text, sql.Literal("date" if is_day else "timestamptz")
        )
        mend = "is no date; write it as 2011-06-30" if is_day else "is no time; write it as 2011-06-30T06:00:00Z"
        return [(unlike(DAY if is_day else MOMENT), mend), (readable, mend)]
    if kind == "currency":
        return [
            (
                sql.SQL("upper(btrim({})) <> {}").format(text, sql.Literal(currency)),
                f"is not the store's currency; send amounts in {currency}",
            )
        ]
    faults = [(unlike(NUMBER), "is no number; write it with digits and a point, as 12.50")]
    if kind == "units":
        faults.append((sql.SQL("{}::numeric % 1 <> 0").format(text), "is no whole number; count in units"))
        faults.append(
            (
                sql.SQL("abs({}::numeric) > {}").format(text, sql.Literal(UNITS_AT_MOST)),
                f"is beyond {UNITS_AT_MOST:,} units; correct it, or split the line",
            )
        )
    elif kind == "percent":
        faults.append(
            (sql.SQL("{}::numeric not between 0 and 100").format(text), "is not between 0 and 100; give percent")
        )
    else:
        faults.append((sql.SQL("{}::numeric < 0").format(text), "is negative; give 0 or more"))
    return faults
