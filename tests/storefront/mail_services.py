"""Loopback servers of mail services, written from what each publishes about its events; no code is shared with ours."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

KEY, ACCOUNT = "a key of this test", "4711"
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Heard:
    """One event as the service keeps it."""

    email: str
    name: str
    number: str
    properties: dict[str, Any]


@dataclass
class MailService:
    """What one service kept, and what it answers first."""

    kind: str
    kept: list[Heard] = field(default_factory=list)
    first: list[int | None] = field(default_factory=list)
    """Statuses for the next requests; None: it keeps the event and says nothing."""
    asked: int = 0
    retry_after: str = ""
    meanwhile: Callable[[], None] = field(default=lambda: None)
    """What happens elsewhere while a request is answered."""
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def addresses(self) -> list[str]:
        return sorted(one.email for one in self.kept)


def klaviyo(service: MailService, path: str, headers: dict[str, str], body: bytes) -> Answer:
    """Take an event as https://developers.klaviyo.com/en/reference/create_event says."""
    if headers.get("authorization") != f"Klaviyo-API-Key {KEY}":
        return 401, {}, b'{"errors": []}'
    if path != "/api/events" or not headers.get("revision", "").startswith("20"):
        return 400, {}, b""
    given = json.loads(body)["data"]
    attributes = given["attributes"]
    assert given["type"] == "event"
    profile, metric = attributes["profile"]["data"], attributes["metric"]["data"]
    assert (profile["type"], metric["type"]) == ("profile", "metric")
    one = Heard(
        profile["attributes"]["email"], metric["attributes"]["name"], attributes["unique_id"], attributes["properties"]
    )
    # "If the unique_id is repeated for the same profile and metric, only the first processed event will be recorded."
    if (one.email, one.name, one.number) not in {(had.email, had.name, had.number) for had in service.kept}:
        service.kept.append(one)
    return 202, {}, b""


def omnisend(service: MailService, path: str, headers: dict[str, str], body: bytes) -> Answer:
    """Take an event as https://api-docs.omnisend.com/reference/events says."""
    if headers.get("authorization") != f"Omnisend-API-Key {KEY}":
        return 401, {}, b""
    given = json.loads(body)
    if path != "/api/events" or "omnisend-version" not in headers or given["origin"] != "api":
        return 400, {}, b""
    assert uuid.UUID(given["eventID"]).version == 4
    # Events that start automations are not looked at for repeats.
    service.kept.append(Heard(given["contact"]["email"], given["eventName"], given["eventID"], given["properties"]))
    return 202, {}, b""


def drip(service: MailService, path: str, headers: dict[str, str], body: bytes) -> Answer:
    """Take an event as https://developer.drip.com/#record-an-event says."""
    if headers.get("authorization") != "Basic " + base64.b64encode(f"{KEY}:".encode()).decode():
        return 401, {}, b""
    if path != f"/v2/{ACCOUNT}/events" or "user-agent" not in headers:
        return 404, {}, b""
    (given,) = json.loads(body)["events"]
    service.kept.append(Heard(given["email"], given["action"], "", given["properties"]))
    return 204, {}, b""


def activecampaign(service: MailService, path: str, headers: dict[str, str], body: bytes) -> Answer:
    """Take an event as https://developers.activecampaign.com/reference/track-event says."""
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    given = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    if path != "/event" or (given["actid"], given["key"]) != (ACCOUNT, KEY) or len(given["event"]) > 32:
        return 200, {}, b'{"success": 0, "message": "no such account"}'
    email = json.loads(given["visit"])["email"]
    service.kept.append(Heard(email, given["event"], "", json.loads(given["eventdata"])))
    return 200, {}, b'{"success": 1, "message": "Event spawned"}'


def webhook(service: MailService, path: str, headers: dict[str, str], body: bytes) -> Answer:
    """Take an event as docs/notices.md tells a shop's programmer to."""
    signed = f"{headers['x-stockroom-timestamp']}.".encode() + body
    wanted = "sha256=" + hmac.new(KEY.encode(), signed, hashlib.sha256).hexdigest()
    is_fresh = abs(time.time() - int(headers["x-stockroom-timestamp"])) < 300
    if path != "/hook" or not is_fresh or not hmac.compare_digest(wanted, headers["x-stockroom-signature"]):
        return 400, {}, b""
    given, number = json.loads(body), headers["x-stockroom-message"]
    if number not in {had.number for had in service.kept}:
        address = given["recipient"].get("email") or given["recipient"]["phone"]
        service.kept.append(Heard(address, given["event"], number, given["properties"]))
    return 200, {}, b""


KINDS: dict[str, Callable[[MailService, str, dict[str, str], bytes], Answer]] = {
    "klaviyo": klaviyo,
    "omnisend": omnisend,
    "drip": drip,
    "activecampaign": activecampaign,
    "webhook": webhook,
}


@contextmanager
def serve(kind: str) -> Iterator[MailService]:
    """Serve one service on loopback."""
    service = MailService(kind)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            with service.lock:
                service.asked += 1
                service.meanwhile()
                first = service.first.pop(0) if service.first else 0
                status, more, said = (first, {}, b"") if first else KINDS[kind](service, self.path, headers, body)
            if first is None:
                self.close_connection = True
                return
            self.send_response(status)
            if status in (301, 307):
                self.send_header("Location", "/elsewhere")
            if first and service.retry_after:
                self.send_header("Retry-After", service.retry_after)
            self.send_header("Content-Length", str(len(said)))
            for name, value in more.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service.url = f"http://127.0.0.1:{server.server_address[1]}" + ("/hook" if kind == "webhook" else "")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()


def connection_to(service: MailService) -> str:
    """Return what an Airflow connection to the service holds."""
    login = ACCOUNT if service.kind in ("drip", "activecampaign") else None
    given = {"conn_type": "http", "host": service.url, "login": login, "password": KEY}
    return json.dumps({name: value for name, value in given.items() if value})
