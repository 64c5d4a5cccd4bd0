"""Where Amazon's reports are asked for, looked for and fetched."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from sample_store.amazon.documents import MARKETPLACE_ID, AmazonAt, Document
from sample_store.amazon.reports import LISTINGS, ORDERS, listing_report, order_report
from sample_store.amazon.requests import RequestError, moment, only_known, page_size
from sample_store.apis import Call, Reply, json_reply
from sample_store.local_time import DAY_SECONDS, iso
from sample_store.store import Store

PATH = "/reports/2021-06-30/"
DAYS_AT_MOST, REPORTS_AT_MOST = 30, 100


@dataclass(frozen=True)
class Report:
    """A report that was asked for, made of what there was then."""

    report_type: str
    start: int
    end: int
    asked_at: int


@dataclass
class ReportDesk:
    """The reports of one account."""

    store: Store
    shop: Callable[[], AmazonAt]
    asked: list[Report] = field(default_factory=list)
    is_making: bool = False
    """Whether a report was asked for since somebody last looked: who looks at once finds it being made."""

    def answer(self, call: Call) -> Reply:
        """Return the answer to a request of the reports' own."""
        path = call.path.removeprefix(PATH)
        if path == "reports" and call.method in ("GET", "POST"):
            return self._create(call) if call.method == "POST" else self._list(call)
        found = re.fullmatch(r"(reports|documents)/(\d+)", path)
        if found and call.method == "GET" and int(found[2]) < len(self.asked):
            return self._report(found[2]) if found[1] == "reports" else self._report_document(found[2])
        raise RequestError("NotFound", "The resource specified does not exist.", 404)

    def _create(self, call: Call) -> Reply:
        wanted = call.document if isinstance(call.document, dict) else {}
        if set(wanted) - {"reportType", "marketplaceIds", "dataStartTime", "dataEndTime"}:
            raise RequestError("InvalidInput", "The sample store does not know all of these parameters.")
        if wanted.get("reportType") not in (ORDERS, LISTINGS) or wanted.get("marketplaceIds") != [MARKETPLACE_ID]:
            raise RequestError("InvalidInput", f"The sample store makes {ORDERS} and {LISTINGS} of {MARKETPLACE_ID}.")
        now = self.store.clock
        start, end = (moment(wanted[name]) if name in wanted else now for name in ("dataStartTime", "dataEndTime"))
        if not start <= end or start > now:
            raise RequestError("InvalidInput", "dataStartTime must not be after dataEndTime or now.")
        self.asked.append(Report(wanted["reportType"], start, end, now))
        self.is_making = True
        return json_reply({"reportId": str(len(self.asked) - 1)}, 202)

    def _list(self, call: Call) -> Reply:
        """Return the reports of some types and states that were asked for since a moment, the newest first."""
        query = call.query
        only_known(call, frozenset(["reportTypes", "processingStatuses", "marketplaceIds", "pageSize", "createdSince"]))
        if query.get("marketplaceIds") != MARKETPLACE_ID or "reportTypes" not in query:
            raise RequestError("InvalidInput", f"Give reportTypes, and marketplaceIds={MARKETPLACE_ID}.")
        types, since = query["reportTypes"].split(","), moment(query.get("createdSince", "1970-01-01T00:00:00Z"))
        found = [
            self._described(number)
            for number, report in enumerate(self.asked)
            if report.report_type in types and report.asked_at >= since
        ]
        if "processingStatuses" in query:
            found = [each for each in found if each["processingStatus"] in query["processingStatuses"].split(",")]
        return json_reply({"reports": found[::-1][: page_size(query.get("pageSize"), 10, REPORTS_AT_MOST)]})

    def _report(self, report_id: str) -> Reply:
        document = self._described(int(report_id))
        self.is_making = False
        return json_reply(document)

    def _described(self, number: int) -> Document:
        """Return what is said of a report; the newest is still being made when somebody looks for the first time."""
        report = self.asked[number]
        document: Document = {
            "reportId": str(number),
            "reportType": report.report_type,
            "marketplaceIds": [MARKETPLACE_ID],
            "dataStartTime": iso(report.start),
            "dataEndTime": iso(report.end),
            "createdTime": iso(report.asked_at),
            "processingStatus": "IN_PROGRESS",
        }
        if self.is_making:
            return document
        if report.end - report.start > DAYS_AT_MOST * DAY_SECONDS:
            return {**document, "processingStatus": "FATAL"}
        if self._content(report) is None:
            return {**document, "processingStatus": "CANCELLED"}
        return {**document, "processingStatus": "DONE", "reportDocumentId": str(number)}

    def _report_document(self, report_id: str) -> Reply:
        url = f"{self.store.shop_url}/amazon/documents/{report_id}.tsv.gz?X-Amz-Expires=300"
        return json_reply({"reportDocumentId": report_id, "url": url, "compressionAlgorithm": "GZIP"})

    def document(self, number: int) -> Reply:
        """Return a report's file, as the storage does that its address leads to."""
        content = self._content(self.asked[number]) if number < len(self.asked) else None
        if content is None:
            return Reply(b"<Error><Code>NoSuchKey</Code></Error>", 404, "application/xml")
        return Reply(gzip.compress(content, 1, mtime=0), media_type="text/tab-separated-values; charset=UTF-8")

    def _content(self, report: Report) -> bytes | None:
        """Return what a report holds: what there was when it was asked for."""
        shop = self.shop()
        if shop.clock != report.asked_at:
            shop = AmazonAt(self.store.world, report.asked_at, self.store.shown("amazon", report.asked_at))
        return order_report(shop, report.start, report.end) if report.report_type == ORDERS else listing_report(shop)
