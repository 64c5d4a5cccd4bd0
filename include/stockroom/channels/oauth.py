"""OAuth tokens that run out: fetched with a refresh token before they do, and once more where one is refused anyway."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping

import httpx
import orjson

EARLY_SECONDS = 60.0
"""A token is renewed so long before its end: a request on its way must not outlive it."""


class RefreshedToken(httpx.Auth):
    """Signs requests with an access token that it fetches itself.

    ``header`` takes the token and ``prefix`` stands before it. A token that the channel refuses although it
    should still hold (it was revoked, or the channel's clock is ahead) is renewed once, and the request sent again.
    """

    requires_response_body = True

    def __init__(
        self,
        url: str,
        form: Mapping[str, str],
        *,
        client: tuple[str, str] | None = None,
        header: str = "Authorization",
        prefix: str = "Bearer ",
        refused: tuple[int, ...] = (401,),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take where tokens are asked for, with which form, and with which client id and secret as basic login."""
        self.url, self.form, self.client = url, dict(form), client
        self.header, self.prefix, self.refused, self.monotonic = header, prefix, refused, monotonic
        self._token = ""
        self._until = 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send what httpx asks for, with a token that holds."""
        if not self._token or self.monotonic() >= self._until:
            self._take((yield self._renewal(request)))
        request.headers[self.header] = self.prefix + (self._token or "none")
        response = yield request
        if response.status_code in self.refused:
            self._take((yield self._renewal(request)))
            request.headers[self.header] = self.prefix + (self._token or "none")
            yield request

    def _renewal(self, wanted: httpx.Request) -> httpx.Request:
        """Return the request for a token; its time-out is that of the request that wants it, or there would be none."""
        request = httpx.Request("POST", self.url, data=self.form, extensions=wanted.extensions)
        if self.client is not None:
            for signed in httpx.BasicAuth(*self.client).auth_flow(request):
                return signed
        return request

    def _take(self, response: httpx.Response) -> None:
        """Keep the token of an answer; without one the old token is sent, and the channel's refusal says the rest.

        Raises:
            httpx.TransportError: the token host is busy or broken, which passes.
        """
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS or response.is_server_error:
            raise httpx.RemoteProtocolError(f"the token host answered HTTP {response.status_code}")
        try:
            answer = orjson.loads(response.content)
        except orjson.JSONDecodeError as error:
            if response.is_success:
                raise httpx.RemoteProtocolError("the token host answered something that is not JSON") from error
            answer = None
        try:
            token, seconds = str(answer["access_token"]), float(answer.get("expires_in", 3600))
        except (KeyError, TypeError, ValueError):
            self._token, self._until = "", 0.0
            return
        self._token = token
        self._until = self.monotonic() + max(0.0, seconds - EARLY_SECONDS)
