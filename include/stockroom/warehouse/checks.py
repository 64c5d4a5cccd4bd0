"""What a landed record must hold to be loaded, stream by stream.

Here stands only what would break a reader or turn every number that is built on it into nonsense: an unreadable date or
number, a negative price, units beyond a million either way, another currency than the store's. What a whole file says
(half its items unknown, prices a hundredfold) is judged by the quality gates.

Nearly every record is fine, and saying why one is not costs ten times as much as seeing that it is. So the checks run
twice: ``suspects`` looks for values that are not plainly fine, ``reasons`` judges the few records that hold one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
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
    """Fields of a document, or of each element of its lists."""

    fields: tuple[Field, ...]
    lists: tuple[str, ...] = ()
    """Where the elements are: a list in the document, then a list in each of its elements; dots lead into objects."""


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
            ("lineItems.nodes",),
        ),
        Part(_needs("createdAt", kind="moment"), ("refunds",)),
        Part(_needs("quantity", kind="units"), ("refunds", "refundLineItems.nodes")),
        Part(_needs("createdAt", kind="moment"), ("fulfillments",)),
        Part(_needs("quantity", kind="units"), ("fulfillments", "fulfillmentLineItems.nodes")),
    ),
    "shopify_products": (
        Part((*_needs("updatedAt", kind="moment"), *_needs("variants.nodes", kind="list"))),
        Part(
            (
                *_needs("price", kind="price"),
                *_may_have("inventoryItem.unitCost.amount", kind="price"),
                *_may_have("inventoryItem.unitCost.currencyCode", kind="currency"),
            ),
            ("variants.nodes",),
        ),
    ),
    "shopify_inventory_levels": (
        Part((*_needs("updatedAt", kind="moment"), *_needs("inventoryLevels.nodes", kind="list"))),
        Part(_needs("quantity", kind="units"), ("inventoryLevels.nodes", "quantities")),
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


def suspects(table: str, *, currency: str) -> sql.Composed | None:
    """Return a query of the line numbers in ``pg_temp.incoming`` that hold a value not plainly fine.

    ``None`` for a stream without checks.
    """
    return _union([_suspects(part, currency) for part in CHECKS.get(table, ())])


def reasons(table: str, *, currency: str) -> sql.Composed | None:
    """Return a query of ``line_number, reason`` for the bad ones among ``pg_temp.incoming_suspects``.

    Each reason names field, value and mend. ``None`` for a stream without checks.
    """
    return _union([_reasons(part, currency) for part in CHECKS.get(table, ())])


def _union(queries: list[sql.Composed]) -> sql.Composed | None:
    """Return the queries as one."""
    return sql.SQL(" union all ").join(queries) if queries else None


def _suspects(part: Part, currency: str) -> sql.Composed:
    """Return the query of one part's suspicious lines."""
    fine = sql.SQL(" and ").join(
        [_plainly_fine(field, _column(number), currency) for number, field in enumerate(part.fields)]
    )
    return sql.SQL("select incoming.line_number from {values} where ({fine}) is not true").format(
        values=_values(part), fine=fine
    )


def _reasons(part: Part, currency: str) -> sql.Composed:
    """Return the query of one part's reasons."""
    verdicts = [_verdict(field, part, _column(number), currency) for number, field in enumerate(part.fields)]
    return sql.SQL(
        "select incoming.line_number, said.reason from {values} "
        "cross join lateral (select nullif(concat_ws('; ', {verdicts}), '') as reason) as said "
        "where said.reason is not null and incoming.line_number in (select line_number from pg_temp.incoming_suspects)"
    ).format(values=_values(part), verdicts=sql.SQL(", ").join(verdicts))


def _values(part: Part) -> sql.Composed:
    """Return the from clause that walks a part and takes each value out of its document once.

    ``offset 0`` keeps Postgres from writing the extraction into every place that uses the value.
    """
    walk: sql.Composable = sql.SQL("pg_temp.incoming")
    held: sql.Composable = sql.SQL("incoming.document")
    for depth, name in enumerate(part.lists):
        found = reduce(_inside, name.split("."), held)
        alias = sql.Identifier(f"element_{depth}")
        walk = sql.SQL(
            "{walk} cross join lateral jsonb_array_elements("
            "case when jsonb_typeof({found}) = 'array' then {found} end) as {alias} (value)"
        ).format(walk=walk, found=found, alias=alias)
        held = sql.SQL("{}.value").format(alias)
    columns = [
        sql.SQL("{} {} {} as {}").format(
            reduce(_inside, field.path[:-1], held),
            sql.SQL("->" if field.kind == "list" else "->>"),
            sql.Literal(field.path[-1]),
            _column(number),
        )
        for number, field in enumerate(part.fields)
    ]
    return sql.SQL("{} cross join lateral (select {} offset 0) as given").format(walk, sql.SQL(", ").join(columns))


def _inside(holder: sql.Composable, name: str) -> sql.Composable:
    """Return the expression of a field inside a document."""
    return sql.SQL("({} -> {})").format(holder, sql.Literal(name))


def _column(number: int) -> sql.Identifier:
    """Return the name of the nth value of a part."""
    return sql.Identifier(f"value_{number}")


PLAINLY_FINE: Mapping[Kind, str] = {
    "price": "ltrim({v}, '0123456789.') = '' and length({v}) <= 11 and pg_input_is_valid({v}, 'numeric')",
    "days": "ltrim({v}, '0123456789.') = '' and length({v}) <= 11 and pg_input_is_valid({v}, 'numeric')",
    "percent": "ltrim({v}, '0123456789') = '' and length({v}) between 1 and 2",
    "units": "ltrim({v}, '-0123456789') = '' and length({v}) <= 6 and pg_input_is_valid({v}, 'integer')",
    "day": "{v} like '____-__-__' and ltrim({v}, '0123456789-') = '' and pg_input_is_valid({v}, 'date')",
    "moment": "{v} like '____-__-__T__:__:__Z' and ltrim({v}, '0123456789-T:Z') = '' "
    "and pg_input_is_valid({v}, 'timestamptz')",
    "currency": "{v} = {currency}",
    "list": "jsonb_typeof({v}) = 'array'",
}
"""True only of values that need no further look; in the order of their cost, cheapest first."""


def _plainly_fine(field: Field, value: sql.Identifier, currency: str) -> sql.Composed:
    """Return a condition that is true of values with nothing to say about."""
    fine = sql.SQL(PLAINLY_FINE[field.kind]).format(v=value, currency=sql.Literal(currency))
    optional = sql.SQL("({v} is null or {v} = '' or {fine})")
    return (sql.SQL("({fine})") if field.is_required else optional).format(v=value, fine=fine)


def _verdict(field: Field, part: Part, value: sql.Identifier, currency: str) -> sql.Composed:
    """Return an expression that is null where the field is fine, else the reason."""
    name = ".".join([*(f"{step}[]" for step in part.lists), *field.path])
    if field.kind == "list":
        return sql.SQL("case when jsonb_typeof({}) is distinct from 'array' then {} end").format(
            value, sql.Literal(f"{name} is missing or no list; send all of the record")
        )
    missing = sql.Literal(f"{name} is missing; give it a value") if field.is_required else sql.SQL("null")
    branches = [sql.SQL("when btrim(coalesce({}, '')) = '' then {}").format(value, missing)]
    branches += [
        sql.SQL("when {} then {} || left({}, 100) || {}").format(
            condition, sql.Literal(f'{name} "'), value, sql.Literal(f'" {mend}')
        )
        for condition, mend in _faults(field.kind, value, currency)
    ]
    return sql.SQL("case {} end").format(sql.SQL(" ").join(branches))


def _faults(kind: Kind, value: sql.Identifier, currency: str) -> list[tuple[sql.Composed, str]]:
    """Return the conditions under which a value is at fault, each with what is wrong and the mend.

    Postgres' own ``numeric`` and ``timestamptz`` also read NaN, 1_000, infinity and "tomorrow": hence the patterns.
    """
    unlike = sql.SQL("btrim({}) !~ {}")
    if kind in ("day", "moment"):
        pattern, type_name, mend = (
            (DAY, "date", "is no date; write it as 2011-06-30")
            if kind == "day"
            else (MOMENT, "timestamptz", "is no time; write it as 2011-06-30T06:00:00Z")
        )
        unreadable = sql.SQL("not pg_input_is_valid({}, {})").format(value, sql.Literal(type_name))
        return [(unlike.format(value, sql.Literal(pattern)), mend), (unreadable, mend)]
    if kind == "currency":
        differs = sql.SQL("upper(btrim({})) <> {}").format(value, sql.Literal(currency))
        return [(differs, f"is not the store's currency; send amounts in {currency}")]
    faults = [
        (unlike.format(value, sql.Literal(NUMBER)), "is no number; write it with digits and a point, as 12.50"),
    ]
    if kind == "units":
        faults.append((sql.SQL("{}::numeric % 1 <> 0").format(value), "is no whole number; count in units"))
        faults.append(
            (
                sql.SQL("abs({}::numeric) > {}").format(value, sql.Literal(UNITS_AT_MOST)),
                f"is beyond {UNITS_AT_MOST:,} units; correct it, or split the line",
            )
        )
    elif kind == "percent":
        faults.append((sql.SQL("{}::numeric not between 0 and 100").format(value), "is not between 0 and 100"))
    else:
        faults.append((sql.SQL("{}::numeric < 0").format(value), "is negative; give 0 or more"))
    return faults
