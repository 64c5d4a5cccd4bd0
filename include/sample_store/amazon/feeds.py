"""Amazon's feeds: a document is uploaded, worked off when somebody looks for the second time, and reported on."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from sample_store.amazon.documents import MARKETPLACE_ID, Document
from sample_store.amazon.requests import RequestError
from sample_store.apis import Call, Reply, json_reply
from sample_store.local_time import iso
from sample_store.store import Store

PATH = "/feeds/2021-06-30/"
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

    store: Store
    patch: Callable[[str, Document], Document | None]
    """Does one patch and returns what is wrong with it."""
    documents: list[bytes | None] = field(default_factory=list)
    """None: not uploaded yet."""
    feeds: list[Feed] = field(default_factory=list)
    looked_at: set[int] = field(default_factory=set)

    def answer(self, call: Call) -> Reply:
        """Return where a document may be put or lies, or how far a feed is."""
        path = call.path.removeprefix(PATH)
        wanted = call.document if isinstance(call.document, dict) else {}
        kind, _, number = path.partition("/")
        known = {"documents": len(self.documents), "feeds": len(self.feeds)}
        match call.method, kind:
            case "POST", "documents" if set(wanted) == {"contentType"}:
                return json_reply(self._where(self._open()), 201)
            case "POST", "feeds" if wanted.get("feedType") == FEED and wanted.get("marketplaceIds") == [MARKETPLACE_ID]:
                document_id = wanted.get("inputFeedDocumentId", "")
                if not document_id.isdigit() or self.documents[int(document_id)] is None:
                    raise RequestError("InvalidInput", "Upload the document first.")
                return json_reply({"feedId": str(self._submit(int(document_id)))}, 202)
            case "GET", ("documents" | "feeds") if number.isdigit() and int(number) < known[kind]:
                return json_reply(self._where(int(number)) if kind == "documents" else self._feed(int(number)))
        raise RequestError("InvalidInput", f"The sample store takes {FEED} of {MARKETPLACE_ID}.")

    def _where(self, number: int) -> Document:
        document = {"feedDocumentId": str(number), "url": f"{self.store.shop_url}/amazon/feed-documents/{number}"}
        is_report = any(feed.report_id == number for feed in self.feeds)
        return {**document, "compressionAlgorithm": "GZIP"} if is_report else document

    def _feed(self, number: int) -> Document:
        status, report_id = self._status(number), self.feeds[number].report_id
        document: Document = {
            "feedId": str(number),
            "feedType": FEED,
            "marketplaceIds": [MARKETPLACE_ID],
            "createdTime": iso(self.store.clock),
            "processingStatus": status,
        }
        return document if report_id is None else {**document, "resultFeedDocumentId": str(report_id)}

    def exchange(self, call: Call, number: int) -> Reply:
        """Take or give a document, as the storage does that its address leads to."""
        if call.method == "PUT":
            self.documents[number] = call.body
            return Reply(b"")
        content = self.documents[number]
        return Reply(b"", 404) if content is None else Reply(content, media_type="application/json")

    def _open(self) -> int:
        """Return the number of a document that may be uploaded."""
        self.documents.append(None)
        return len(self.documents) - 1

    def _submit(self, document_id: int) -> int:
        """Return the number of a feed of an uploaded document."""
        self.feeds.append(Feed(document_id))
        return len(self.feeds) - 1

    def _status(self, number: int) -> str:
        """Return how far a feed is; who looks again finds it done."""
        if number not in self.looked_at:
            self.looked_at.add(number)
            return "IN_PROGRESS"
        feed = self.feeds[number]
        if feed.report_id is None:
            feed.report_id = self._open()
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
