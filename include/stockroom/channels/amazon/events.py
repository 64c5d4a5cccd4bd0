"""What Amazon says by itself: notifications of the Selling Partner API on a queue of ours. It sends nothing by HTTP."""

from __future__ import annotations

from stockroom.channels.amazon.streams import ORDERS
from stockroom.channels.hints import Document, Told, part_of, time_in


def read_message(message: Document) -> Told | None:
    """Return what a message says, as Amazon or its EventBridge puts it on a queue; none if it is not Amazon's.

    Older kinds of notification begin their names with a capital, newer ones do not.

    >>> about = {"NotificationId": "n1"}
    >>> read_message({"NotificationType": "ORDER_CHANGE", "NotificationMetadata": about}).event_id
    'n1'
    >>> read_message({"detail": {"notificationType": "ORDER_CHANGE"}}).topic, read_message({"orders": []})
    ('ORDER_CHANGE', None)
    >>> order = {"Payload": {"OrderChangeNotification": {"AmazonOrderId": "202-0000001-0007919"}}}
    >>> read_message({"NotificationType": "ORDER_CHANGE", **order}).record
    'orders/202-0000001-0007919'
    """
    for document in (message, part_of(message, "detail")):
        said = _small_letters(document)
        if "notificationType" in said:
            about = _small_letters(part_of(said, "notificationMetadata"))
            event_id = str(about.get("notificationId") or "")
            changed = part_of(_small_letters(part_of(said, "payload")), "orderChangeNotification")
            order_id = str(_small_letters(changed).get("amazonOrderId") or "")
            record = f"{ORDERS.name}/{order_id}" if order_id else ""
            return Told(str(said["notificationType"]), time_in(said, "eventTime"), event_id, record)
    return None


def _small_letters(document: Document) -> Document:
    """Return an object whose names begin with a small letter."""
    return {name[:1].lower() + name[1:]: value for name, value in document.items()}
