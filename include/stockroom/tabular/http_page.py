"""A page of a server that somebody else keeps: the content of one file, asked for again and again, fetched if new.

Which pages there are stands in an Airflow connection: host and port, and in its extras ``pages``, a file's name with
its path (``{"availability-S01.csv": "/stock.csv?unit=EA"}``). A login and password are sent as HTTP's own; a password
alone as a bearer token, or in the header that the extras name as ``key_header``.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential
from tenacity.wait import wait_base

from stockroom.tabular.drops import DropError, check_bytes, check_connection

ATTEMPTS = 3
LONGEST_WAIT_SECONDS = 60.0
"""A server that asks for more patience gets it from a later round, not from a worker that sleeps."""
LONGEST_SECONDS = 300.0
"""Of one download; a server that trickles is given up."""
TIMEOUT = httpx.Timeout(20.0, connect=5.0)
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class UnreachablePageError(DropError):
    """The server does not hand the page out now; the message says what it answered and the mend."""


class SilentServerError(UnreachablePageError):
    """The server itself is away: its other pages need not be asked for."""


class PatienceError(SilentServerError):
    """The server asks not to be asked for a while."""

    def __init__(self, message: str, seconds: float) -> None:
        """Take the message, and how long it asks to be left alone."""
        super().__init__(message)
        self.seconds = seconds


@dataclass(frozen=True)
class Page:
    """Where the content of one file is, and how to ask for it."""

    file_name: str
    """As the file would be called in the drop: it says what kind it is."""
    url: str = field(repr=False)
    """Its query may hold a key, so it is never shown."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
    auth: tuple[str, str] | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"{self.file_name} at {self.url.partition('?')[0]}"


class _NotYetError(Exception):
    """This was no answer yet."""

    def __init__(self, problem: str, *, wait_seconds: float | None = None) -> None:
        super().__init__(problem)
        self.wait_seconds = wait_seconds


def pages_of(connection_id: str) -> tuple[Page, ...]:
    """Return the pages that an Airflow connection names.

    Raises:
        DropError: it is not there, names none, or would send a key in the clear.
    """
    from airflow.sdk import Connection  # half a second to import

    check_connection("STOCKROOM_SUPPLIERS_PAGES", connection_id)
    known = Connection.get(connection_id)
    extra = known.extra_dejson
    pages = extra.get("pages")
    if not isinstance(pages, dict) or not pages:
        raise DropError(
            f'Airflow connection {connection_id} names no pages; put {{"pages": {{"availability-S01.csv": "/stock"}}}} '
            "into its extras: file name and path"
        )
    base = _address(connection_id, known.host or "", known.schema or "https", known.port)
    headers, auth = {}, None
    if known.password and known.login:
        auth = (known.login, known.password)
    elif known.password and (name := extra.get("key_header")):
        headers[str(name)] = known.password
    elif known.password:
        headers["Authorization"] = f"Bearer {known.password}"
    return tuple(
        Page(str(file_name), f"{base}/{str(path).lstrip('/')}", headers, auth) for file_name, path in pages.items()
    )


def fetch_page(
    page: Page, local: Path, *, at_most: int, version: str = "", sleep: Callable[[float], None] = time.sleep
) -> str | None:
    """Save what a page holds as ``local`` and return its version; None where it is still that of ``version``.

    The version is what the server says of it (ETag, Last-Modified), bound to the page's address; a server that says
    neither is asked for the whole page each time, and gives an empty one.

    Raises:
        UnreachablePageError: the server is away, refuses, or has no such page.
        RefusedFileError: it holds more than ``at_most`` bytes.
    """

    def ask() -> str | None:
        with httpx.Client(timeout=TIMEOUT, auth=page.auth, headers=dict(page.headers)) as http:
            return _download(http, page, local, at_most=at_most, version=version)

    retrying = Retrying(
        stop=stop_after_attempt(ATTEMPTS),
        wait=_AsAsked(),
        retry=retry_if_exception_type(_NotYetError),
        sleep=sleep,
        reraise=True,
    )
    try:
        return retrying(_within_patience(ask, page))
    except _NotYetError as error:
        raise SilentServerError(f"{page} {error}, {ATTEMPTS} times in a row; the next round asks again") from error


def retry_after_seconds(response: httpx.Response) -> float | None:
    """Return how long a server asks to wait, or None if it does not say so in a form that can be read.

    A date is compared with the answer's own ``Date``, so that our clock need not agree with the server's.
    """
    text = response.headers.get("retry-after", "").strip()
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        wait = parsedate_to_datetime(text) - parsedate_to_datetime(response.headers.get("date", ""))
    except (TypeError, ValueError):
        return None
    return max(0.0, wait.total_seconds())


class _AsAsked(wait_base):
    """Waits as long as the server asked, else 1, 2, … seconds."""

    _usual = wait_exponential(multiplier=1)

    def __call__(self, retry_state: RetryCallState) -> float:
        error = retry_state.outcome.exception() if retry_state.outcome else None
        if isinstance(error, _NotYetError) and error.wait_seconds is not None:
            return error.wait_seconds
        return float(self._usual(retry_state))


def _within_patience(ask: Callable[[], str | None], page: Page) -> Callable[[], str | None]:
    def asked() -> str | None:
        try:
            return ask()
        except _NotYetError as error:
            if error.wait_seconds is not None and not error.wait_seconds <= LONGEST_WAIT_SECONDS:
                message = f"{page} {error} and asks to be left alone for {error.wait_seconds:,.0f} seconds"
                raise PatienceError(message, min(error.wait_seconds, 86_400.0)) from error
            raise

    return asked


def _download(http: httpx.Client, page: Page, local: Path, *, at_most: int, version: str) -> str | None:
    """Ask once; return the new version, None if nothing changed."""
    known = _validators(page, version)
    started = time.monotonic()
    try:
        with http.stream("GET", page.url, headers=known) as response:
            if response.status_code == httpx.codes.NOT_MODIFIED and known:
                return None
            _check_status(page, response)
            with local.open("wb") as file:
                for block in response.iter_bytes():
                    file.write(block)
                    check_bytes(page.file_name, file.tell(), at_most)
                    if time.monotonic() - started > LONGEST_SECONDS:
                        raise _NotYetError(f"was not through after {LONGEST_SECONDS:.0f} seconds")
            return _version(page, response)
    except httpx.TimeoutException as error:
        raise _NotYetError(f"gave no answer in time ({type(error).__name__})") from error
    except httpx.RequestError as error:
        raise _NotYetError(f"broke off ({type(error).__name__})") from error
    except httpx.InvalidURL as error:
        raise UnreachablePageError(f"{page} is no address; mend the Airflow connection") from error


def _check_status(page: Page, response: httpx.Response) -> None:
    """Raise where the answer is not the page."""
    status = response.status_code
    if status == httpx.codes.OK:
        return
    if status in (httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS) or status >= 500:
        raise _NotYetError(f"answered HTTP {status}", wait_seconds=retry_after_seconds(response))
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        mend = "mend login, password or key_header of the Airflow connection"
    elif response.is_redirect:
        # Not followed: our key would go wherever the server says.
        mend = f"it has moved to {response.headers.get('location', '?').partition('?')[0]}; mend the Airflow connection"
    else:
        mend = "mend its path in the extras of the Airflow connection"
    raise UnreachablePageError(f"{page} answered HTTP {status}; {mend}")


def _address(connection_id: str, host: str, scheme: str, port: int | None) -> str:
    """Return the address of a server; keys travel over TLS, or stay on this machine."""
    text = host if "://" in host else f"{scheme}://{host}"
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL()
    if not url.host or url.scheme not in ("http", "https"):
        raise DropError(f"Airflow connection {connection_id}: {host!r} is no host; give one such as stock.acme.example")
    if url.scheme == "http" and url.host not in LOOPBACK:
        raise DropError(
            f"Airflow connection {connection_id} would send what it asks for in the clear; give its host as "
            f"https://{url.host}"
        )
    with suppress(httpx.InvalidURL):
        url = url.copy_with(port=port) if port else url
    return str(url).rstrip("/")


def _validators(page: Page, version: str) -> dict[str, str]:
    """Return the headers that ask for the page only if it is another than that of ``version``."""
    try:
        kept = json.loads(version or "{}")
    except ValueError:
        return {}
    if kept.get("address") != _digest(page.url):
        return {}
    asked = {"If-None-Match": kept.get("etag"), "If-Modified-Since": kept.get("last_modified")}
    return {name: value for name, value in asked.items() if value}


def _version(page: Page, response: httpx.Response) -> str:
    said = {"etag": response.headers.get("etag"), "last_modified": response.headers.get("last-modified")}
    kept = {name: value for name, value in said.items() if value}
    return json.dumps({"address": _digest(page.url), **kept}) if kept else ""


def _digest(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:16]
