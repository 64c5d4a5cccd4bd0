"""Fetches a file that Shopify made: from another host, without our token, and on from where a connection broke."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx

from stockroom.channels.exports import ExportFailedError
from stockroom.channels.http import Endpoint, TryAgainError, https_only, until_answered
from stockroom.tabular.http_page import retry_after_seconds


def download(
    url: str, file: Path, *, endpoint: Endpoint, timeout: httpx.Timeout, sleep: Callable[[float], None]
) -> None:
    """Write what stands at ``url`` to ``file``. The address is signed: the token belongs to the shop alone.

    Raises:
        ExportFailedError: the address is no longer good.
        UnavailableChannelError: connections broke again and again without bringing anything.
    """
    address = https_only(url, endpoint.channel)
    file.touch()
    with httpx.Client(timeout=timeout, follow_redirects=False) as http:
        while not until_answered(lambda: _fetched(http, address, file), endpoint=endpoint, sleep=sleep):
            pass  # it brought something before it broke: no reason to lose patience


def _fetched(http: httpx.Client, url: str, file: Path) -> bool:
    """Append what is missing; return whether the file is whole now, False where it has only grown.

    Raises:
        TryAgainError: it brought nothing.
    """
    have = file.stat().st_size
    headers = {"Range": f"bytes={have}-"} if have else {}
    got = 0
    try:
        with http.stream("GET", url, headers=headers) as response:
            if have and response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                return True
            _raise_for(response)
            # Bytes of a packed answer are not those of the file, and some hosts send the whole of it again.
            goes_on = have and response.status_code == httpx.codes.PARTIAL_CONTENT
            is_packed = "content-encoding" in response.headers
            with file.open("ab" if goes_on else "wb") as written:
                try:
                    for block in response.iter_bytes():
                        got += written.write(block)
                except httpx.HTTPError:
                    if is_packed:
                        written.truncate(0)
                        got = 0
                    raise
            return True
    except (httpx.TimeoutException, httpx.TransportError, httpx.DecodingError) as error:
        if got:
            return False
        raise TryAgainError(f"broke the download of a file off ({type(error).__name__})") from error


def _raise_for(response: httpx.Response) -> None:
    """Raise what a status means that is none of success."""
    status = response.status_code
    if response.is_success:
        return
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise TryAgainError(f"answered HTTP {status} for a file", wait_seconds=retry_after_seconds(response))
    raise ExportFailedError(f"The address of a file that Shopify made answers HTTP {status}: it is no longer good.")
