"""Amazon's feeds: a document is uploaded, worked off when somebody looks for the second time, and reported on."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]
FEED = "JSON_LISTINGS_FEED"
SKUS_AT_MOST = 25_000


@dataclass
class Feed:
    """A feed that was sent, and its report once it is worked off."""

    document_id: int
    report_id: int | None = None


@dataclass
class FeedDesk:
    """Takes documents and works them off, message by message, with what a patch would do."""

    patch: Callable[[str, Document], Document | None]
    """Does one patch and returns what is wrong with it."""
    documents: list[bytes | None] = field(default_factory=list)
    """None: not uploaded yet."""
    feeds: list[Feed] = field(default_factory=list)
    looked_at: set[int] = field(default_factory=set)

    def open(self) -> int:
        """Return the number of a document that may be uploaded."""
        self.documents.append(None)
        return len(self.documents) - 1

    def submit(self, document_id: int) -> int:
        """Return the number of a feed of an uploaded document."""
        self.feeds.append(Feed(document_id))
        return len(self.feeds) - 1

    def status(self, number: int) -> str:
        """Return how far a feed is; who looks again finds it done."""
        if number not in self.looked_at:
            self.looked_at.add(number)
            return "IN_PROGRESS"
        feed = self.feeds[number]
        if feed.report_id is None:
            feed.report_id = self.open()
            self.documents[feed.report_id] = self._work_off(self.documents[feed.document_id] or b"")
        return "DONE"

    def _work_off(self, content: bytes) -> bytes:
        """Return the report of a feed, packed."""
        messages = json.loads(content)["messages"][:SKUS_AT_MOST]
        issues = []
        for message in messages:
            issue = self.patch(message["sku"], message)
            if issue is not None:
                issues.append({"messageId": message["messageId"], **issue})
        summary = {"errors": len(issues), "warnings": 0, "messagesProcessed": len(messages)}
        return gzip.compress(json.dumps({"issues": issues, "summary": summary}).encode(), 1, mtime=0)
