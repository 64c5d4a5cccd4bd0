"""What a landed record must hold to be loaded: what its stream declares, as queries.

Refused is what would break a reader or turn every number that is built on it into nonsense: an unreadable date or
number, a negative price, units beyond a million either way, another currency than the store's. The rule: every value
that staging casts is declared with a kind that the cast can read, so that a bad record costs itself, never a build.
What a whole file says (half its items unknown, prices a hundredfold) is judged by the quality gates.

Nearly every record is fine, and saying why one is not costs ten times as much as seeing that it is. So the checks run
twice: ``suspects`` looks for values that are not plainly fine, ``reasons`` judges the few records that hold one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce

from psycopg import sql

from stockroom.streams import Field, Kind, Part, Stream

UNITS_AT_MOST = 1_000_000
DAYS_AT_MOST = 9_999
AMOUNT_AT_MOST = NUMBER_AT_MOST = 999_999_999
DECIMAL = r"^[+-]?([0-9]{1,10}([.][0-9]{0,10})?|[.][0-9]{1,10})$"
WHOLE = r"^[+-]?[0-9]{1,10}$"
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
AHEAD = timedelta(days=1)
"""So far beyond its file's arrival a moment of the past may lie: as far as zones of time are apart."""
LOCAL_MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?)?$"
MOMENT = LOCAL_MOMENT.removesuffix("$") + r"(Z|[+-][0-9]{2}(:?[0-9]{2})?)?$"

NEVER = sql.SQL("false")


@dataclass(frozen=True)
class Against:
    """What values are held against."""

    currency: str
    """The store's."""
    landed_at: datetime
    """When their file came: what it says has happened lies before that."""

    @property
    def latest(self) -> datetime:
        """Return the last moment that can be past."""
        return (self.landed_at + AHEAD).astimezone(UTC)


def suspects(stream: Stream, *, against: Against, or_if: sql.Composable = NEVER) -> sql.Composed:
    """Return a query of the line numbers in ``pg_temp.incoming`` that hold a value not plainly fine.

    One look at each document, with ``or_if`` as a further cause: going through all of them again for every part took
    as long as looking into them.
    """
    causes = [or_if, *(_is_suspect(part, against) for part in stream.checks)]
    return sql.SQL("select incoming.line_number from pg_temp.incoming where {}").format(sql.SQL(" or ").join(causes))


def reasons(stream: Stream, *, against: Against) -> sql.Composed | None:
    """Return a query of ``line_number, reason`` for the bad ones among ``pg_temp.incoming_suspects``.

    Each reason names field, value and mend. ``None`` for a stream without checks.
    """
    queries = [_reasons(part, against) for part in stream.checks]
    return sql.SQL(" union all ").join(queries) if queries else None


def _is_suspect(part: Part, against: Against) -> sql.Composed:
    """Return the condition that a part holds a value not plainly fine."""
    fine = sql.SQL(" and ").join(
        [_plainly_fine(field, _column(number), against) for number, field in enumerate(part.fields)]
    )
    return sql.SQL("exists (select from {values} where ({fine}) is not true)").format(values=_values(part), fine=fine)


def _reasons(part: Part, against: Against) -> sql.Composed:
    """Return the query of one part's reasons."""
    verdicts = [_verdict(field, part, _column(number), against) for number, field in enumerate(part.fields)]
    return sql.SQL(
        "select incoming.line_number, said.reason from pg_temp.incoming cross join lateral {values} "
        "cross join lateral (select nullif(concat_ws('; ', {verdicts}), '') as reason) as said "
        "where said.reason is not null and incoming.line_number in (select line_number from pg_temp.incoming_suspects)"
    ).format(values=_values(part), verdicts=sql.SQL(", ").join(verdicts))


def _values(part: Part) -> sql.Composed:
    """Return the from clause that walks a part of a row of ``incoming`` and takes its values out of the document."""
    steps: list[sql.Composable] = []
    held: sql.Composable = sql.SQL("incoming.document")
    for depth, name in enumerate(part.lists):
        found = reduce(_inside, name.split("."), held)
        alias = sql.Identifier(f"element_{depth}")
        steps.append(
            sql.SQL(
                "jsonb_array_elements(case when jsonb_typeof({found}) = 'array' then {found} end) as {alias} (value)"
            ).format(found=found, alias=alias)
        )
        held = sql.SQL("{}.value").format(alias)
    columns = [
        sql.SQL("coalesce({}) as {}").format(
            sql.SQL(", ").join([_value(held, path, as_text=field.kind != "list") for path in field.paths]),
            _column(number),
        )
        for number, field in enumerate(part.fields)
    ]
    steps.append(sql.SQL("(select {}) as given").format(sql.SQL(", ").join(columns)))
    return sql.SQL(" cross join lateral ").join(steps)


def _value(holder: sql.Composable, path: tuple[str, ...], *, as_text: bool) -> sql.Composable:
    """Return the expression of the value at a path."""
    arrow = sql.SQL("{} ->> {}" if as_text else "{} -> {}")
    return arrow.format(reduce(_inside, path[:-1], holder), sql.Literal(path[-1]))


def _inside(holder: sql.Composable, name: str) -> sql.Composable:
    """Return the expression of a field inside a document."""
    return sql.SQL("({} -> {})").format(holder, sql.Literal(name))


def _column(number: int) -> sql.Identifier:
    """Return the name of the nth value of a part."""
    return sql.Identifier(f"value_{number}")


def _spelled_like(form: str, kind: str) -> str:
    """Return a condition that a value has digits where ``form`` has lines, and is of a kind.

    Without a pattern: one for dates took longer than all else that is looked at.
    """
    signs = form.removeprefix("20").replace("_", "")
    return (
        f"({{v}} like '{form}' and translate({{v}}, '0123456789', '') = '{signs}' "
        f"and pg_input_is_valid({{v}}, '{kind}'))"
    )


PLAINLY_FINE: Mapping[Kind, str] = {
    "price": "{v} ~ '^[0-9]{{1,8}}([.][0-9]{{1,8}})?$'",
    "units": "{v} ~ '^-?[0-9]{{1,6}}$'",
    "units_there": "{v} ~ '^[0-9]{{1,6}}$'",
    "units_each": "{v} ~ '^[1-9][0-9]{{0,5}}$'",
    "number": "{v} ~ '^[0-9]{{1,8}}$'",
    "days": "{v} ~ '^[0-9]{{1,3}}$'",
    "whole_days": "{v} ~ '^[0-9]{{1,3}}$'",
    "share": "{v} ~ '^(0|1|0[.][0-9]{{1,8}})$'",
    "percent": "{v} ~ '^[0-9]{{1,2}}$'",
    "day": _spelled_like("20__-__-__", "date"),
    "moment": _spelled_like("20__-__-__T__:__:__Z", "timestamptz"),
    "past_moment": _spelled_like("20__-__-__T__:__:__Z", "timestamptz") + """ and {v} collate "C" <= {latest}""",
    "local_moment": _spelled_like("20__-__-__ __:__", "timestamp"),
    "currency": "{v} = {currency}",
    "flag": "{v} in ('true', 'false')",
    "list": "jsonb_typeof({v}) = 'array'",
}
"""True only of values that need no further look."""


def _plainly_fine(field: Field, value: sql.Identifier, against: Against) -> sql.Composed:
    """Return a condition that is true of values with nothing to say about."""
    allowed = {"refused": "({fine})", "null": "({v} is null or {fine})", "blank": "({v} is null or {v} = '' or {fine})"}
    fine = sql.SQL(PLAINLY_FINE[field.kind]).format(
        v=value, currency=sql.Literal(against.currency), latest=sql.Literal(f"{against.latest:%Y-%m-%dT%H:%M:%SZ}")
    )
    return sql.SQL(allowed[field.missing]).format(v=value, fine=fine)


def _verdict(field: Field, part: Part, value: sql.Identifier, against: Against) -> sql.Composed:
    """Return an expression that is null where the field is fine, else the reason."""
    name = ".".join([*(f"{step}[]" for step in part.lists), *field.paths[0]])
    if field.kind == "list":
        absent = sql.SQL("true" if field.missing == "refused" else "false")
        return sql.SQL("case when coalesce(jsonb_typeof({}) <> 'array', {}) then {} end").format(
            value, absent, sql.Literal(f"{name} is missing or no list; send all of the record")
        )
    said = sql.Literal(f"{name} is missing; give it a value")
    nothing = sql.SQL("null")
    branches = [
        sql.SQL("when {} is null then {}").format(value, said if field.missing == "refused" else nothing),
        sql.SQL("when btrim({}) = '' then {}").format(value, nothing if field.missing == "blank" else said),
    ]
    branches += [
        sql.SQL("when {} then {} || left({}, 100) || {}").format(
            condition, sql.Literal(f'{name} "'), value, sql.Literal(f'" {mend}')
        )
        for condition, mend in _faults(field.kind, value, against)
    ]
    return sql.SQL("case {} end").format(sql.SQL(" ").join(branches))


def _faults(kind: Kind, value: sql.Identifier, against: Against) -> list[tuple[sql.Composed, str]]:
    """Return the conditions under which a value is at fault, each with what is wrong and the mend.

    Postgres' own ``numeric`` and ``timestamptz`` also read NaN, 1_000, infinity and "tomorrow": hence the patterns.
    """

    def unlike(pattern: str) -> sql.Composed:
        return sql.SQL("btrim({}) !~ {}").format(value, sql.Literal(pattern))

    def unreadable(type_name: str) -> sql.Composed:
        return sql.SQL("not pg_input_is_valid({}, {})").format(value, sql.Literal(type_name))

    def outside(lowest: int, highest: int) -> sql.Composed:
        return sql.SQL("{}::numeric not between {} and {}").format(value, sql.Literal(lowest), sql.Literal(highest))

    no_number = "is no number; write it with digits and a point, as 12.50"
    no_whole = "is no whole number; write it with digits alone, as 12"
    negative = sql.SQL("{}::numeric < 0").format(value)
    match kind:
        case "price":
            beyond = f"is beyond {AMOUNT_AT_MOST:,}; correct it"
            return [
                (unlike(DECIMAL), no_number),
                (negative, "is negative; give 0 or more"),
                (outside(0, AMOUNT_AT_MOST), beyond),
            ]
        case "units" | "units_there" | "units_each":
            beyond = f"is beyond {UNITS_AT_MOST:,} units; correct it, or split the line"
            whole = sql.SQL("{} and not {}").format(unlike(WHOLE), unlike(DECIMAL))
            within = [(whole, no_whole), (unlike(DECIMAL), no_number), (outside(-UNITS_AT_MOST, UNITS_AT_MOST), beyond)]
            none = (sql.SQL("{}::numeric = 0").format(value), "is none at all; give 1 or more, or leave the row out")
            return [
                *within,
                *([] if kind == "units" else [(negative, "is negative; give 0 or more")]),
                *([none] if kind == "units_each" else []),
            ]
        case "number":
            return [(unlike(WHOLE), no_whole), (outside(0, NUMBER_AT_MOST), "is no line of an order; count from 1")]
        case "days":
            return [(unlike(DECIMAL), no_number), (outside(0, DAYS_AT_MOST), f"is not between 0 and {DAYS_AT_MOST:,}")]
        case "whole_days":
            return [(unlike(WHOLE), no_whole), (outside(0, DAYS_AT_MOST), f"is not between 0 and {DAYS_AT_MOST:,}")]
        case "share":
            return [(unlike(DECIMAL), no_number), (outside(0, 1), "is not between 0 and 1; write 95 % as 0.95")]
        case "percent":
            return [(unlike(DECIMAL), no_number), (outside(0, 100), "is not between 0 and 100")]
        case "day":
            mend = "is no date; write it as 2011-06-30"
            return [(unlike(DAY), mend), (unreadable("date"), mend)]
        case "moment" | "past_moment":
            mend = "is no time; write it as 2011-06-30T06:00:00Z"
            ahead = sql.SQL("{}::timestamptz > {}").format(value, sql.Literal(against.latest))
            early = "lies ahead: the file came before it; correct the date, or the clock that wrote it"
            return [
                (unlike(MOMENT), mend),
                (unreadable("timestamptz"), mend),
                *([] if kind == "moment" else [(ahead, early)]),
            ]
        case "local_moment":
            mend = "is no local time; write it as 2011-06-30 06:00"
            return [(unlike(LOCAL_MOMENT), mend), (unreadable("timestamp"), mend)]
        case "currency":
            differs = sql.SQL("upper(btrim({})) <> {}").format(value, sql.Literal(against.currency))
            return [(differs, f"is not the store's currency; send amounts in {against.currency}")]
        case "flag":
            return [(unreadable("boolean"), "is neither true nor false; write one of them")]
        case "list":
            return []  # judged by its type
