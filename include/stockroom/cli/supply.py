"""Commands for what became of released orders: where they go, how they change."""

from __future__ import annotations

import argparse

from stockroom.cli.command import Commands, day, settings_of

WHO = "your name, for the record"


def add_to(commands: Commands) -> None:
    """Add the group's commands."""
    way = commands.add("order-way", _order_way, "show or change how a supplier gets its orders")
    way.add_argument("supplier_id")
    way.add_argument("--by", metavar="WAY", help="folder, mail[:ADDRESS], post:CONNECTION, s3://… or sftp://…")
    way.add_argument("--as", dest="formats", metavar="FORMATS", help="some of pdf,csv,xlsx,x12")
    way.add_argument("--locale", help="how amounts and days are written: en-GB, en-US, de-DE, fr-FR")
    way.add_argument("--tax-note", help="what the order says of taxes")
    way.add_argument(
        "--template", metavar="NAME", help="what its orders look like: a file of STOCKROOM_ORDER_TEMPLATES_DIR"
    )
    way.add_argument("--x12-id", help="how the supplier is called in interchanges, as ZZ:NAME")
    way.add_argument("--who", help=WHO)
    paper = commands.add("order-paper", _order_paper, "write a document that was sent again, to the same bytes")
    paper.add_argument("po_number")
    paper.add_argument("--version", type=int, help="of the order; the newest that left, unless given")
    paper.add_argument("--to", default=".", metavar="FOLDER")
    amend = commands.add("amend", _amend, "change a released order; the supplier gets the new version")
    amend.add_argument("po_number")
    amend.add_argument("--line", action="append", default=[], metavar="LINE=UNITS", help="0 strikes the line")
    amend.add_argument("--wanted-by", type=day, metavar="YYYY-MM-DD")
    cancel = commands.add("cancel", _cancel, "take a released order back")
    cancel.add_argument("po_number")
    for parser in (amend, cancel):
        parser.add_argument("--because", required=True, help="why, for the record")
        parser.add_argument("--who", required=True, help=WHO)


def _order_way(given: argparse.Namespace) -> int:
    """Show or change how a supplier gets its orders."""
    from stockroom.jobs.set_order_way import order_way, set_order_way

    settings = settings_of(given)
    changes = (given.by, given.formats, given.locale, given.tax_note, given.template, given.x12_id)
    if all(change is None for change in changes):
        print(order_way(settings, given.supplier_id))
        return 0
    done = set_order_way(
        settings,
        given.supplier_id,
        who=given.who or "",
        way=given.by,
        formats=given.formats.split(",") if given.formats else None,
        locale=given.locale,
        tax_note=given.tax_note,
        template=given.template,
        x12_address=given.x12_id,
    )
    print(done)
    return 0


def _order_paper(given: argparse.Namespace) -> int:
    """Write what a supplier was sent again."""
    from stockroom.jobs.rewrite_order import rewrite_order

    for path in rewrite_order(settings_of(given), given.po_number, version=given.version, folder=given.to):
        print(path)
    return 0


def _amend(given: argparse.Namespace) -> int:
    """Change a released order."""
    from stockroom.jobs.change_order import amend_order

    units = {int(line): int(wanted) for line, _, wanted in (text.partition("=") for text in given.line)}
    print(
        amend_order(
            settings_of(given),
            given.po_number,
            units=units,
            requested_date=given.wanted_by,
            who=given.who,
            because=given.because,
        )
    )
    return 0


def _cancel(given: argparse.Namespace) -> int:
    """Take a released order back."""
    from stockroom.jobs.change_order import cancel_order

    print(cancel_order(settings_of(given), given.po_number, who=given.who, because=given.because))
    return 0
