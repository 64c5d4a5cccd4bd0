"""What Amazon says by itself: notifications of the Selling Partner API on a queue of ours. It sends nothing by HTTP."""

from __future__ import annotations

from stockroom.channels.hints import Document, Told, part_of, time_in


def read_message(message: Document) -> Told | None:
    """Return what a message says, as Amazon or its EventBridge puts it on a queue; none if it is not Amazon's.

    Older kinds of notification begin their names with a capital, newer ones do not.

    >>> about = {"NotificationId": "n1"}
    >>> read_message({"NotificationType": "ORDER_CHANGE", "NotificationMetadata": about}).event_id
    'n1'
    >>> read_message({"detail": {"notificationType": "ORDER_CHANGE"}}).topic, read_message({"orders": []})
    ('ORDER_CHANGE', None)
    """
    for document in (message, part_of(message, "detail")):
        said = {name[:1].lower() + name[1:]: value for name, value in document.items()}
        if "notificationType" in said:
            about = {
                name[:1].lower() + name[1:]: value for name, value in part_of(said, "notificationMetadata").items()
            }
            event_id = str(about.get("notificationId") or "")
            return Told(str(said["notificationType"]), time_in(said, "eventTime"), event_id)
    return None
