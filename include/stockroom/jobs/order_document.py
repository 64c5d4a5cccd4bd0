"""From an order's rows in the warehouse to what its document prints."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from stockroom.documents.order_templates import OrderTemplate, UnusableTemplateError, read_template
from stockroom.documents.purchase_orders import OrderLine, Party, PurchaseOrder, Release, UnprintableOrderError
from stockroom.settings import Settings
from stockroom.warehouse.order_contents import OrderRow
from stockroom.warehouse.order_ways import OrderWay

_TEMPLATE_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
POLICY = "policy"
"""The actor in ``ops.purchase_order_events`` when no person was asked."""


def order_document(
    rows: Sequence[OrderRow], *, buyer: Party, time_zone: str, way: OrderWay, is_cancelled: bool = False
) -> PurchaseOrder:
    """Return the document of an order with these lines, at least one; the same rows give the same document.

    Raises:
        UnprintableOrderError: supplier or ship-to are unknown, or the lines do not add up to the order's value.
    """
    head = rows[0]
    if not head.supplier_name:
        raise UnprintableOrderError(f"{head.po_number}: supplier {head.supplier_id} is not in the suppliers' terms")
    total = sum(row.line_value for row in rows)
    if total != head.value:
        raise UnprintableOrderError(f"{head.po_number}: its lines come to {total}, the order says {head.value}")
    return PurchaseOrder(
        po_number=head.po_number,
        version=head.version,
        release=_release(head, time_zone),
        buyer=buyer,
        supplier_id=head.supplier_id,
        supplier=_supplier(head, head.supplier_name, buyer),
        ship_to_location_id=head.shopper_order or head.location_id,
        ship_to=_ship_to(head, buyer),
        currency=head.currency,
        ordered_date=head.plan_date,
        requested_date=head.requested_date,
        payment_terms=head.payment_terms or "",
        ship_via=head.ship_via or "",
        kind=head.kind,
        replaces=head.replaces or 0,
        is_cancelled=is_cancelled,
        tax_note=way.tax_note,
        locale=way.locale,
        lines=tuple(
            OrderLine(
                line_number=row.line_number,
                sku=row.sku,
                supplier_sku=row.supplier_sku or "",
                description=row.description or "",
                units=row.units,
                pack_units=row.pack_units,
                unit_cost=row.unit_cost,
                line_value=row.line_value,
                reason=row.reason,
                terms={str(term["name"]): term["value"] for term in row.terms},
            )
            for row in rows
        ),
    )


def find_template(settings: Settings, name: str) -> tuple[OrderTemplate, str] | None:
    """Return a template and what its logo holds; ``None`` for no name.

    Raises:
        UnusableTemplateError: there is none of that name, or it cannot be used.
    """
    if not name:
        return None
    if settings.order_templates_dir == Path() or not _TEMPLATE_NAME.fullmatch(name):
        raise UnusableTemplateError(
            f"{name!r} is no template; put {name}.toml (small letters, digits, -) into STOCKROOM_ORDER_TEMPLATES_DIR"
        )
    try:
        template = read_template(name, (settings.order_templates_dir / f"{name}.toml").read_bytes())
        logo = template.logo and (settings.order_templates_dir / template.logo).read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise UnusableTemplateError(f"{name}.toml: {error}; put the file into STOCKROOM_ORDER_TEMPLATES_DIR") from error
    return template, logo


def buyer_of(settings: Settings) -> Party:
    """Return ourselves, as orders name us.

    Raises:
        UnprintableOrderError: the logo cannot be read.
    """
    logo = ""
    if settings.company_logo != Path():
        try:
            logo = settings.company_logo.read_text(encoding="utf-8")
        except (OSError, UnicodeError) as error:
            raise UnprintableOrderError(f"STOCKROOM_COMPANY_LOGO: {error}; give an SVG file") from error
    address = tuple(line.strip() for line in settings.company_address.split(",") if line.strip())
    return Party(settings.company_name, address, settings.mail_from, logo)


def _supplier(head: OrderRow, name: str, buyer: Party) -> Party:
    """Return who sends the goods: a supplier, or one of our own locations."""
    if head.kind == "transfer":
        return Party(f"{buyer.name}, {name}", _address(*head.giver_address))
    return Party(name, email=head.supplier_email or "")


def _ship_to(head: OrderRow, buyer: Party) -> Party:
    """Return who gets the goods: a location of ours, or a shopper, of whom we know the order alone."""
    if head.kind == "drop_ship":
        return Party(
            f"Shopper of {head.shopper_channel} order {head.shopper_order}", ("Address: as the shop gives it",)
        )
    if not head.location_name or not head.address_line:
        raise UnprintableOrderError(f"{head.po_number}: location {head.location_id} has no name or address to ship to")
    return Party(
        f"{buyer.name}, {head.location_name}",
        _address(head.address_line, head.city, head.postcode, head.country_code),
    )


def _address(street: str | None, city: str | None, postcode: str | None, country: str | None) -> tuple[str, ...]:
    """Return street, then town and postcode in the order of the country: ``London E16 0AA``, ``3011 AA Rotterdam``."""
    town = (city, postcode) if country in ("GB", "IE", "US") else (postcode, city)
    lines = (street, " ".join(part for part in town if part), country)
    return tuple(line for line in lines if line)


def _release(head: OrderRow, time_zone: str) -> Release | None:
    """Return who let the order go; by policy it is the plan's own day, by a person the day of the answer."""
    if head.released_by is None or head.released_at is None:
        return None
    if head.released_by == POLICY:
        return Release("Under standing authority", head.plan_date, f"by policy, {head.release_note or 'no note'}")
    return Release(head.released_by, head.released_at.astimezone(ZoneInfo(time_zone)).date())
