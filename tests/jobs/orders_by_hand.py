"""Released orders without a plan, and servers of suppliers on loopback: what tests of sending share."""

from __future__ import annotations

import json
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

MARTS = """
create table marts.dim_suppliers (
    supplier_id text, name text, email text, payment_terms text, ship_via text);
create table marts.dim_locations (
    location_id text, name text, address_line text, city text, postcode text, country_code text);
create table marts.dim_skus (sku text, title text);
insert into marts.dim_suppliers values ('S01', 'Mug Makers', 'orders@mug-makers.example', '30 days net', 'Road');
insert into marts.dim_suppliers values ('S02', 'Silent Ltd', null, '30 days net', 'Road');
insert into marts.dim_locations values ('LONDON', 'London', '14 Wharf Lane', 'London', 'E16 0AA', 'GB');
insert into marts.dim_skus values ('MUG', 'Blue mug');
"""


def release_order(connection: psycopg.Connection, number: int = 1, *, supplier_id: str = "S01") -> str:
    """Add an order as planning leaves it, and release it as the policy does; the caller commits."""
    po_number = f"PO-{number:06d}"
    connection.execute(
        """
        insert into ops.purchase_orders
            (po_number, supplier_id, location_id, currency, plan_date, state, value, lines_sha256, requested_date)
        values (%s, %s, 'LONDON', %s, '2011-06-30', 'proposed', 120, '', '2011-07-10')
        """,
        (po_number, supplier_id, f"C{number:02d}" if number > 1 else "GBP"),
    )
    connection.execute(
        "insert into ops.purchase_order_lines values "
        "(%(po)s, 1, 1, 'MUG', 'X-MUG', 24, 12, 2.5, 60, 'few', '[]'), "
        "(%(po)s, 1, 2, 'CUP', '', 24, 1, 2.5, 60, 'few', '[]')",
        {"po": po_number},
    )
    connection.execute(
        "update ops.purchase_orders set state = 'released', changed_by = 'policy', change_note = 'small'"
        " where po_number = %s",
        (po_number,),
    )
    connection.execute(
        "insert into ops.outbox (message_key, kind, subject_key, state) values (%s, 'purchase_order', %s, 'pending')",
        (f"purchase_order/{po_number}/v1", f"{po_number}/v1"),
    )
    return po_number


class PostOffice:
    """A mail server that counts what it took, and may fall silent after taking."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.says: str | None = "250 OK"
        """None: it takes the mail and never answers."""

    async def handle_DATA(self, server, _session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        if self.says is None or self.says.startswith("250"):
            self.taken.append(bytes(envelope.content or b""))
        if self.says is None:
            server.transport.abort()
        return self.says or "250 nobody hears this"

    def mails(self) -> list[Message]:
        return [message_from_bytes(content) for content in self.taken]

    def subjects(self) -> Counter[str]:
        return Counter(str(mail["Subject"]) for mail in self.mails())


@contextmanager
def mail_server(office: PostOffice, patch: pytest.MonkeyPatch) -> Iterator[Controller]:
    """Run the server under the connection ``mails``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    extra = {"disable_ssl": True, "disable_tls": True, "retry_limit": 0, "timeout": 5}
    patch.setenv(
        "AIRFLOW_CONN_MAILS", json.dumps({"conn_type": "smtp", "host": "127.0.0.1", "port": port, "extra": extra})
    )
    try:
        yield controller
    finally:
        controller.stop()


@contextmanager
def order_server(patch: pytest.MonkeyPatch, *, status: int = 200) -> Iterator[list[tuple[dict[str, str], bytes]]]:
    """Run a supplier's own server under the connection ``supplier``; yield what it was posted."""
    posted: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host, port = server.server_address[:2]
    patch.setenv(
        "AIRFLOW_CONN_SUPPLIER",
        json.dumps({"conn_type": "http", "host": f"http://{host!s}/orders", "port": port, "password": "key"}),
    )
    try:
        yield posted
    finally:
        server.shutdown()
        server.server_close()
