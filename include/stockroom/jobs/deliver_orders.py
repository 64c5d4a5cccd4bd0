"""Deliver purchase orders, each by its supplier's way, and each once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from stockroom.delivery.mails import Mail, MailWay
from stockroom.delivery.posts import post_order
from stockroom.delivery.providers import (
    NoSuchRecipientError,
    UnreachableProviderError,
    UnsentError,
    UnsureError,
    sending_twice_is_once,
)
from stockroom.documents.mail_message import UnusableMailFieldError
from stockroom.documents.order_mail import MEDIA_TYPES, order_mail_bytes
from stockroom.documents.purchase_orders import UnprintableOrderError
from stockroom.jobs.deliver_messages import Delivery
from stockroom.jobs.deliver_purchase_order import (
    CANCELLATION,
    DOCUMENT,
    ORDER,
    Parcel,
    order_number,
    order_version,
    prepare_order,
    write_files,
)
from stockroom.jobs.deliver_restock_mail import file_key, mail_head, ready
from stockroom.jobs.delivery_summary import MESSAGES_AT_ONCE
from stockroom.settings import Settings
from stockroom.tabular.drops import DropError, open_drop
from stockroom.warehouse import outbox
from stockroom.warehouse.order_states import DELIVERY, move_orders
from stockroom.warehouse.order_ways import FOLDER, MAIL, POST, OrderWay, read_ways, suppliers_of
from stockroom.warehouse.outbox import OutboxMessage, claim, mark_sent

PROGRAM_ENDINGS = ("edi", "csv", "xlsx", "pdf")
"""What a supplier's server gets of several forms: the first that there is."""
_MAIL = re.compile(r"[^@\s]+@[^@\s]+")


class UnaddressedOrderError(UnprintableOrderError):
    """Nobody knows where this supplier gets its orders."""


def deliver_orders(delivery: Delivery, messages: Sequence[OutboxMessage], mails: MailWay) -> None:
    """Deliver messages about orders in their turn.

    Into a folder or a drop a few a transaction: written twice is the same file. To a mail server or a supplier's own
    server each by itself, marked before it is handed over: killed in between, it is a question for a person, never a
    second order.
    """
    settings, connection = delivery.settings, delivery.connection
    with connection.transaction():
        numbers = [order_number(message) for message in messages]
        suppliers, givers = suppliers_of(connection, numbers), suppliers_of(connection, numbers, kinds=["transfer"])
        ways = read_ways(connection, sorted(set(suppliers.values())), default=settings.order_way)
        # A location has no terms that name an address: its slips are files unless somebody says otherwise.
        inside = read_ways(connection, sorted(set(givers.values())), default=FOLDER)
        way_of = {number: ways[one] for number, one in suppliers.items()}
        way_of |= {number: inside[one] for number, one in givers.items()}
    routed = [(message, way_of[order_number(message)]) for message in messages]
    as_files = [(message, way) for message, way in routed if _is_file(settings, message, way)]
    for first in range(0, len(as_files), MESSAGES_AT_ONCE):
        with connection.transaction():
            for message, way in as_files[first : first + MESSAGES_AT_ONCE]:
                _write(delivery, message, way, mails)
    for message, way in routed:
        if not _is_file(settings, message, way):
            _hand_over(delivery, message, way, mails)


def _is_file(settings: Settings, message: OutboxMessage, way: OrderWay) -> bool:
    """Return whether handing over the same twice is handing over once."""
    if message.kind == DOCUMENT:
        return True
    return way.kind != POST and (way.kind != MAIL or sending_twice_is_once(settings.mail_sender))


def _write(delivery: Delivery, message: OutboxMessage, way: OrderWay, mails: MailWay) -> None:
    parcel = _prepared(delivery, message, way)
    if parcel is None:
        return
    try:
        gone = _gone(delivery, message, way, parcel, mails)
    except (UnaddressedOrderError, UnusableMailFieldError) as error:
        delivery.fail(message, error)
    except (DropError, OSError) as error:
        outbox.back_off(delivery.connection, message.message_key)
        delivery.fail(message, error)
    else:
        _left(delivery, message, gone)


def _hand_over(delivery: Delivery, message: OutboxMessage, way: OrderWay, mails: MailWay) -> None:
    connection = delivery.connection
    with connection.transaction():
        parcel = _prepared(delivery, message, way)
        if parcel is None:
            return
        outbox.begin_sending(connection, message.message_key)
    try:
        gone = _gone(delivery, message, way, parcel, mails)
    except UnsureError:
        return  # it stays `sending`, and a person is asked
    except UnreachableProviderError as error:
        with connection.transaction():
            outbox.take_back(connection, message.message_key)
            outbox.back_off(connection, message.message_key)
        delivery.summary.out_of_reach.append(f"{error}; {message.subject_key} waits")
    except (UnsentError, NoSuchRecipientError, UnprintableOrderError, UnusableMailFieldError) as error:
        with connection.transaction():
            outbox.back_off(connection, message.message_key)
            delivery.fail(message, error)
    else:
        with connection.transaction():
            _left(delivery, message, gone)


def _prepared(delivery: Delivery, message: OutboxMessage, way: OrderWay) -> Parcel | None:
    """Return what leaves; ``None`` where nothing does, which is noted."""
    if not claim(delivery.connection, message.message_key):
        return None
    try:
        parcel = prepare_order(delivery.settings, delivery.connection, message, way)
    except (UnprintableOrderError, UnusableMailFieldError) as error:
        delivery.fail(message, error)
        return None
    if parcel is None:
        mark_sent(delivery.connection, message.message_key, None)
    return parcel


def _gone(delivery: Delivery, message: OutboxMessage, way: OrderWay, parcel: Parcel, mails: MailWay) -> Path | str:
    """Let a parcel go and return where it went."""
    settings = delivery.settings
    if message.kind == DOCUMENT:
        return settings.documents_dir / "purchase_orders" / parcel.name
    if way.kind == FOLDER:
        return write_files(settings.outbox_dir / "purchase_orders", parcel.files)
    if way.kind == MAIL:
        return mails.send(_mail(settings, message, way, parcel))
    if way.kind == POST:
        name = next(name for ending in PROGRAM_ENDINGS for name in parcel.files if name.endswith(f".{ending}"))
        return post_order(
            way.address,
            name=name,
            content=parcel.files[name],
            media_type=MEDIA_TYPES[name.rpartition(".")[2]],
            message_key=file_key(message),
        )
    with open_drop(way.way) as drop:
        for name, content in parcel.files.items():
            drop.write(name, content)
    return f"{way.way}/{parcel.name}"


def _mail(settings: Settings, message: OutboxMessage, way: OrderWay, parcel: Parcel) -> Mail:
    recipient = way.address or parcel.address
    if not _MAIL.fullmatch(recipient):
        raise UnaddressedOrderError(
            f"{parcel.order.po_number}: supplier {way.supplier_id} has no address that orders could go to; give it one "
            f"in its terms, or by `stockroom order-way {way.supplier_id} --by mail:orders@supplier.example`"
        )
    head = mail_head(settings, message, recipient)
    return ready(head, order_mail_bytes(head, parcel.order, parcel.files))


def _left(delivery: Delivery, message: OutboxMessage, gone: Path | str) -> None:
    mark_sent(delivery.connection, message.message_key, gone)
    if message.kind == ORDER:
        move_orders(
            delivery.connection,
            [order_number(message)],
            "sent",
            by=DELIVERY,
            note=f"{message.subject_key} left by {gone if isinstance(gone, str) else FOLDER}",
            version=order_version(message),
        )
    delivery.summary.left[message.kind].append(message.subject_key)


ORDERS = (ORDER, CANCELLATION, DOCUMENT)
