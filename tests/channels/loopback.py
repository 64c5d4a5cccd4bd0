"""A loopback server for tests of what all HTTP channels share: a list of answers, or a function that answers."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Asked:
    """One request."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


@dataclass
class Says:
    """One answer."""

    document: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes | None = None
    """Instead of a document."""


@dataclass
class Loopback:
    """What answers, and what it was asked."""

    answer: Callable[[Asked], Says]
    asked: list[Asked] = field(default_factory=list)
    url: str = ""


@contextmanager
def serve(answer: Callable[[Asked], Says], *, tls: ssl.SSLContext | None = None) -> Iterator[Loopback]:
    loopback = Loopback(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet: two would wait for each other's acknowledgement

        def respond(self) -> None:
            split = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            asked = Asked(self.command, split.path, dict(parse_qsl(split.query)), dict(self.headers.items()), body)
            loopback.asked.append(asked)
            says = loopback.answer(asked)
            content = says.content
            if content is None:
                content = b"" if says.document is None else json.dumps(says.document).encode()
            (self.send_response_only if "Date" in says.headers else self.send_response)(says.status)
            for name, value in {"Content-Length": str(len(content)), **says.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = respond  # noqa: N815  # names that the library looks for

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    loopback.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    try:
        yield loopback
    finally:
        server.shutdown()
        server.server_close()
