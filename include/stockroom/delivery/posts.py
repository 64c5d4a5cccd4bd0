"""Orders to a supplier's own address: one HTTP request a document, recognisable when it comes again."""

from __future__ import annotations

import httpx

from stockroom.delivery.providers import UnreachableProviderError, UnsentError, UnsureError

SECONDS_TO_ANSWER = 30


def post_order(connection_id: str, *, name: str, content: bytes, media_type: str, message_key: str) -> str:
    """Post one document through an Airflow connection of type HTTP; return the way it went.

    ``Idempotency-Key`` is the message's own key, so that a server sees a repetition as one.

    Raises:
        UnsentError: it was refused, or the connection does not say where to.
        UnreachableProviderError: nobody answered there.
        UnsureError: it was handed over and not answered, or the server failed over it.
    """
    from airflow.sdk import BaseHook  # heavy, and needed only where orders leave so

    connection = BaseHook.get_connection(connection_id)
    url = _url(connection_id, connection)
    headers = {
        "Idempotency-Key": message_key,
        "Content-Type": media_type,
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    auth = (connection.login, connection.password or "") if connection.login else None
    if not connection.login and connection.password:
        headers["Authorization"] = f"Bearer {connection.password}"
    try:
        answer = httpx.post(url, content=content, headers=headers, auth=auth, timeout=SECONDS_TO_ANSWER)
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise UnreachableProviderError(f"post:{connection_id} cannot be reached: {type(error).__name__}") from error
    except httpx.HTTPError as error:
        raise UnsureError(f"post:{connection_id} did not answer") from error
    if answer.is_success:
        return f"post:{connection_id}"
    if answer.status_code in (httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.TOO_MANY_REQUESTS):
        raise UnreachableProviderError(f"post:{connection_id} asks to come again: {answer.status_code}")
    if answer.is_server_error:
        raise UnsureError(f"post:{connection_id} failed over it: {answer.status_code}")
    raise UnsentError(f"post:{connection_id} refused it: {answer.status_code}")


def _url(connection_id: str, connection: object) -> str:
    host, port = str(getattr(connection, "host", "") or ""), getattr(connection, "port", None)
    if not host:
        raise UnsentError(f"connection {connection_id} names no host")
    scheme = str(getattr(connection, "schema", "") or "https")
    url = httpx.URL(host if "://" in host else f"{scheme}://{host}")
    return str(url.copy_with(port=int(port)) if port else url)
