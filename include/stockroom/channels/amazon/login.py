"""Login with Amazon: fetches access tokens from where the connection says, and tries again like every other request.

The library knows one token host only. Its form, its cache and its answers are used; where to send them, and what a
refusal means, is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import httpx
import orjson
from sp_api.auth import AccessTokenClient
from sp_api.auth.access_token_client import cache
from sp_api.base import CredentialProvider

from stockroom.channels.channel import RefusedConnectionError
from stockroom.channels.http import Endpoint, TryAgainError, answered, until_answered

REFUSALS = (400, 401, 403)
"""An invalid grant is a bad request by its status."""


class Login(AccessTokenClient):  # type: ignore[misc]  # the library ships no types
    """Holds the access token of one authorised application; the library's cache keeps it for an hour."""

    def __init__(
        self, http: httpx.Client, endpoint: Endpoint, sleep: Callable[[float], None], *, credentials: Mapping[str, str]
    ) -> None:
        """Take the token host as ``endpoint``, and the library's names of the credentials."""
        super().__init__(credentials=CredentialProvider.Config(**credentials), verify=False)
        self._transport.close()  # the library's own, which was never used
        self._http, self._endpoint, self._sleep = http, endpoint, sleep
        url = httpx.URL(endpoint.url)
        self.scheme, self.host, self.path = f"{url.scheme}://", url.netloc.decode(), url.path

    @property
    def token(self) -> str:
        """Return an access token that holds."""
        return str(self.get_auth().access_token)

    def forget(self) -> None:
        """Drop the token: Amazon refused it, so the next request asks for another."""
        cache.pop(self._get_cache_key(), None)

    def _get_cache_key(self, token_flavor: str = "") -> str:
        """Return the name of the token; the library's own would give one host's token to another."""
        return str(super()._get_cache_key(f"{self._endpoint.url} {self.cred.client_id} {token_flavor}"))

    def _request(self, url: str, data: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, Any]:
        """Return the token host's answer to the library's form."""

        def send() -> httpx.Response:
            response = self._http.post(url, data=dict(data), headers=dict(headers))
            if response.status_code in REFUSALS:
                raise RefusedConnectionError(
                    f"{self._endpoint} refused the credentials ({_error_code(response)}). {self._endpoint.credentials}"
                )
            return response

        def once() -> dict[str, Any]:
            response = answered(send, self._endpoint)
            answer = _json(response)
            if not isinstance(answer, dict) or not answer.get("access_token"):
                raise TryAgainError("answered without an access token")
            return answer

        return until_answered(once, endpoint=self._endpoint, sleep=self._sleep)


def _error_code(response: httpx.Response) -> str:
    """Return which refusal it is, such as ``invalid_grant``; no more, since a refusal may echo what was sent."""
    answer = _json(response)
    code = answer.get("error") if isinstance(answer, dict) else None
    return code if isinstance(code, str) and code.isidentifier() else f"HTTP {response.status_code}"


def _json(response: httpx.Response) -> Any:  # noqa: ANN401  # JSON
    try:
        return orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return None
