"""How each supplier gets its orders, set by people of ours; and the numbers under which orders leave as X12."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import psycopg
from psycopg.rows import class_row

Format = Literal["pdf", "csv", "xlsx", "x12"]
FOLDER, MAIL, POST, DROPS = "folder", "mail", "post", ("s3", "sftp")


@dataclass(frozen=True)
class OrderWay:
    """How one supplier gets its orders."""

    supplier_id: str
    way: str = FOLDER
    """``folder``; ``mail`` to the address of the supplier's terms or ``mail:`` and another; ``post:`` and the id of an
    Airflow connection; ``s3://…`` or ``sftp://…``, a drop of the supplier's."""
    formats: tuple[Format, ...] = ("pdf", "csv")
    locale: str = "en-GB"
    tax_note: str = ""
    template: str = ""
    """Name of the template that its orders are set by; empty: by none."""
    x12_address: str = ""
    version: int = 0
    """0: nobody set it."""
    set_by: str = ""

    @property
    def kind(self) -> str:
        """Return ``folder``, ``mail``, ``post`` or a drop's scheme."""
        return self.way.partition(":")[0]

    @property
    def address(self) -> str:
        """Return what stands behind the kind: a mail address, a connection; empty where nothing does."""
        return self.way.partition(":")[2]

    def __str__(self) -> str:
        """Return one line for a person to read."""
        by = f"set by {self.set_by}, version {self.version}" if self.version else "as nobody set another way"
        extra = [
            text
            for text in (self.locale, self.template, self.x12_address, self.tax_note and f'"{self.tax_note}"')
            if text
        ]
        return f"{self.supplier_id}: {self.way}, as {', '.join(self.formats)} ({'; '.join((*extra, by))})"


def read_ways(connection: psycopg.Connection, supplier_ids: Sequence[str], *, default: str) -> dict[str, OrderWay]:
    """Return the way of each supplier, by its id; ``default`` is the way of those that nobody set."""
    with connection.cursor(row_factory=class_row(OrderWay)) as cursor:
        rows = cursor.execute(
            """
            select distinct on (supplier_id)
                supplier_id, way, formats, written_as as locale, tax_note, template_name as template,
                x12_address, version, set_by
            from ops.order_ways where supplier_id = any(%s) order by supplier_id, version desc
            """,
            (list(supplier_ids),),
        ).fetchall()
    known = {row.supplier_id: replace(row, formats=tuple(row.formats)) for row in rows}
    return {name: known.get(name, OrderWay(name, way=default)) for name in supplier_ids}


def set_way(connection: psycopg.Connection, way: OrderWay, *, who: str) -> int:
    """Let a supplier get its orders so from now on; return the version. The caller commits."""
    row = connection.execute(
        """
        insert into ops.order_ways
            (supplier_id, version, way, formats, written_as, tax_note, template_name, x12_address, set_by)
        select %(supplier_id)s, coalesce(max(version), 0) + 1, %(way)s, %(formats)s, %(locale)s, %(tax_note)s,
            %(template)s, %(x12_address)s, %(who)s
        from ops.order_ways where supplier_id = %(supplier_id)s
        returning version
        """,
        {
            "supplier_id": way.supplier_id,
            "way": way.way,
            "formats": list(way.formats),
            "locale": way.locale,
            "tax_note": way.tax_note,
            "template": way.template,
            "x12_address": way.x12_address,
            "who": who,
        },
    ).fetchone()
    return int(row[0]) if row else 0


def suppliers_of(
    connection: psycopg.Connection, po_numbers: Sequence[str], *, kinds: Sequence[str] = ("purchase", "drop_ship")
) -> dict[str, str]:
    """Return the supplier of each order of some kinds, by its number; of a transfer the location that gives."""
    rows = connection.execute(
        "select po_number, supplier_id from ops.purchase_orders where po_number = any(%s) and kind = any(%s)",
        (list(po_numbers), list(kinds)),
    )
    return dict(rows.fetchall())


def interchange_number(connection: psycopg.Connection, message_key: str) -> int:
    """Return the control number of a message, drawn when it is first asked for; the caller commits."""
    connection.execute(
        "insert into ops.order_interchanges (message_key) values (%s) on conflict do nothing", (message_key,)
    )
    row = connection.execute(
        "select control_number from ops.order_interchanges where message_key = %s", (message_key,)
    ).fetchone()
    if row is None:
        raise RuntimeError("a row that was just inserted is gone")
    return int(row[0])
