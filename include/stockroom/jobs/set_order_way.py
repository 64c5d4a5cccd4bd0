"""Say how a supplier gets its orders, and what stands there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

from stockroom.documents.locales import LOCALES
from stockroom.documents.order_templates import UnusableTemplateError
from stockroom.jobs.named_people import check_named
from stockroom.jobs.order_document import find_template
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.order_ways import DROPS, FOLDER, MAIL, POST, Format, OrderWay, read_ways, set_way
from stockroom.x12.write import Address, UnwritableError


class UnusableWayError(ValueError):
    """Orders could not leave so; the message says what can be given."""


def order_way(settings: Settings, supplier_id: str) -> OrderWay:
    """Return how a supplier gets its orders."""
    with connect(settings.warehouse_url) as connection:
        return read_ways(connection, [supplier_id], default=settings.order_way)[supplier_id]


def set_order_way(
    settings: Settings,
    supplier_id: str,
    *,
    who: str,
    way: str | None = None,
    formats: Sequence[str] | None = None,
    locale: str | None = None,
    tax_note: str | None = None,
    template: str | None = None,
    x12_address: str | None = None,
) -> OrderWay:
    """Change what is given of it, as a new version in a person's name, and return what holds now.

    Only people say where orders go: whoever could change it in a file would get our orders.

    Raises:
        UnnamedApproverError: ``who`` may not answer for orders.
        UnusableWayError: no order could leave so.
    """
    name = check_named(settings, who)
    with connect(settings.warehouse_url) as connection:
        before = read_ways(connection, [supplier_id], default=settings.order_way)[supplier_id]
        wanted = replace(
            before,
            way=before.way if way is None else way,
            formats=before.formats if formats is None else _known(formats),
            locale=before.locale if locale is None else locale,
            tax_note=before.tax_note if tax_note is None else tax_note,
            template=before.template if template is None else template,
            x12_address=before.x12_address if x12_address is None else x12_address,
        )
        _check(settings, wanted)
        version = set_way(connection, wanted, who=name)
    return replace(wanted, version=version, set_by=name)


def _known(given: Sequence[str]) -> tuple[Format, ...]:
    known: tuple[Format, ...] = get_args(Format)
    if not given or not set(given) <= set(known):
        raise UnusableWayError(f"{', '.join(given)!r}: give some of {', '.join(known)}, parted by commas")
    return tuple(each for each in known if each in given)


def _check(settings: Settings, way: OrderWay) -> None:
    if way.kind not in (FOLDER, MAIL, POST, *DROPS) or (way.kind == POST and not way.address):
        raise UnusableWayError(
            f"{way.way!r} is no way for orders; give folder, mail, mail:orders@supplier.example, post:CONNECTION, "
            "s3://connection@bucket/prefix or sftp://connection@host/folder"
        )
    if way.kind in DROPS and ":" in way.way.partition("://")[2].rpartition("@")[0]:
        raise UnusableWayError("a password stands in the address; put it into an Airflow connection and name that")
    if way.locale not in LOCALES:
        raise UnusableWayError(f"{way.locale!r} is not known; give one of {', '.join(LOCALES)}")
    try:
        find_template(settings, way.template)
    except UnusableTemplateError as error:
        raise UnusableWayError(str(error)) from error
    if "x12" in way.formats:
        try:
            Address.read(settings.x12_id)
            Address.read(way.x12_address)
        except UnwritableError as error:
            raise UnusableWayError(f"{error}; STOCKROOM_X12_ID names us, --x12-id the supplier") from error
