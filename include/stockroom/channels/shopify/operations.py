"""Shopify's bulk operations: begun, waited for, found again by their query, and what each end of one means.

https://shopify.dev/docs/api/usage/bulk-operations/queries. Since 2026-01 five may run at once; a finished one is kept
for seven days. Nothing about them is remembered here: the shop knows its operations and the query of each, so that
whoever was killed finds the same file again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from stockroom.channels.channel import ChannelError, RefusedConnectionError
from stockroom.channels.exports import ExportFailedError, StillExportingError
from stockroom.channels.shopify.streams import question

if TYPE_CHECKING:
    from stockroom.channels.shopify.client import ShopifyReader

RUN = question("bulk_run", "bulkOperationRunQuery", first=0)
OPERATION = question("bulk_operation", "bulkOperation", first=0)
OPERATIONS = question("bulk_operations", "bulkOperations", first=0)

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
TRIES = 3
"""Files asked for, where the shop's own trouble ended those before."""
KEPT_FOR = timedelta(days=6)
"""A day less than Shopify keeps a file: one that is found must last until it has been read."""
UNDER_WAY = ("CREATED", "RUNNING", "CANCELING")
BUSY = ("OPERATION_IN_PROGRESS", "LIMIT_REACHED")

Json = dict[str, Any]


@dataclass
class Patience:
    """How long somebody is willing to wait, over everything that is waited for."""

    reader: ShopifyReader
    seconds: float

    def wait(self, pause: float, *, what: str) -> None:
        """Sleep; raise ``StillExportingError`` where that would be too long."""
        if pause > self.seconds:
            raise StillExportingError(
                f"{self.reader.endpoint} is still at work: {what}. Nothing is lost: the next round goes on."
            )
        self.seconds -= pause
        self.reader.sleep(pause)


def begun(reader: ShopifyReader, query: str, patience: Patience, *, gone: Collection[str] = ()) -> Json:
    """Return the operation with this query: the newest that is under way or finished, or one begun now.

    ``gone`` are the ids of those whose files cannot be had.

    Raises:
        StillExportingError: others are running, as many as the shop allows.
        ChannelError: Shopify does not take the query.
    """
    pause = FIRST_PAUSE_SECONDS
    while True:
        found = _found(reader, query, gone)
        if found is not None:
            return found
        said = reader.ask(RUN, {"query": query})[0][RUN.root]
        if said["bulkOperation"] is not None:
            operation: Json = said["bulkOperation"]
            return operation
        errors = said["userErrors"]
        if not any(error["code"] in BUSY for error in errors):
            raise ExportFailedError(
                f"{reader.endpoint} does not take a bulk query: {'; '.join(error['message'] for error in errors)}"
            )
        patience.wait(pause, what="other bulk operations are running, as many as it allows")
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


def finished(
    reader: ShopifyReader, query: str, patience: Patience, *, first: Json | None = None, gone: Collection[str] = ()
) -> Json:
    """Return the completed operation with this query; ``first`` is one that was begun already.

    One that Shopify ended by its own trouble (stalled, timed out, expired) is begun again. What a failed one left
    behind is not used: an order may lack lines in it, and nothing would tell.

    Raises:
        StillExportingError: it is not completed yet.
        RefusedConnectionError: the token lacks a scope.
        ExportFailedError: it failed ``TRIES`` times.
    """
    ends: list[str] = []
    while len(ends) < TRIES:
        operation = _ended(reader, first or begun(reader, query, patience, gone=gone), patience)
        first = None
        status, code = operation["status"], operation["errorCode"]
        if status == "COMPLETED":
            return operation
        if code == "ACCESS_DENIED":
            raise RefusedConnectionError(
                f"{reader.endpoint}: access denied in a bulk operation. {reader.endpoint.credentials}"
            )
        ends.append(f"{status} {code or ''}".strip())
    raise ExportFailedError(f"{reader.endpoint}: bulk operations ended as {', '.join(ends)}.")


def _found(reader: ShopifyReader, query: str, gone: Collection[str]) -> Json | None:
    """Return the newest operation with this query that is under way, or completed and still kept."""
    recent, now = reader.ask(OPERATIONS, {})
    for operation in sorted(recent[OPERATIONS.root]["nodes"], key=lambda each: str(each["createdAt"]), reverse=True):
        if operation["id"] in gone or operation["query"].split() != query.split():
            continue
        if operation["status"] in UNDER_WAY or (operation["status"] == "COMPLETED" and _is_kept(operation, now)):
            return dict(operation)
    return None


def _is_kept(operation: Json, now: datetime) -> bool:
    """Return whether the file of a completed operation can still be fetched; one of no records has none."""
    if operation["url"] is None and int(operation["objectCount"]) > 0:
        return False
    return datetime.fromisoformat(operation["createdAt"]).astimezone(UTC) > now - KEPT_FOR


def _ended(reader: ShopifyReader, operation: Json, patience: Patience) -> Json:
    """Return the operation once it has ended, however it has."""
    pause = FIRST_PAUSE_SECONDS
    while operation["status"] in UNDER_WAY:
        patience.wait(pause, what=f"{int(operation['objectCount']):,} objects are in a bulk operation's file so far")
        pause = min(1.5 * pause, LONGEST_PAUSE_SECONDS)
        known = reader.ask(OPERATION, {"id": operation["id"]})[0][OPERATION.root]
        if known is None:
            raise ChannelError(f"{reader.endpoint} does not know its own bulk operation {operation['id']} any more.")
        operation = known
    return operation
