"""A form's fields, sent as a form or as JSON: short texts, each once, and no more of them than a form of ours has."""

from __future__ import annotations

from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request

FIELDS_AT_MOST = 20
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


class UnreadableFormError(ValueError):
    """The body is no form of ours."""


def media_type(request: Request) -> str:
    """Return what the body says it is."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a form.

    Raises:
        UnreadableFormError: another media type, more fields, a field twice, or a value that is no short text.
    """
    body, kind = await request.body(), media_type(request)
    if kind == FORM:
        try:
            pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=20)
        except ValueError as error:  # of decoding and of parsing
            raise UnreadableFormError("no form") from error
    elif kind == JSON:
        try:
            document = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise UnreadableFormError("no JSON") from error
        if not isinstance(document, dict):
            raise UnreadableFormError("no JSON object")
        pairs = [(name, _text(value)) for name, value in document.items()]
    else:
        raise UnreadableFormError("neither a form nor JSON")
    fields = dict(pairs)
    if len(fields) != len(pairs) or len(pairs) > FIELDS_AT_MOST:
        raise UnreadableFormError("a field twice, or too many")
    return fields


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, (str, int)):
        return str(value)
    if value is None:
        return ""
    raise UnreadableFormError("a field is no text")
