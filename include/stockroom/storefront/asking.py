"""Pages on which shoppers ask: the form, the widget, and where both are sent.

Whoever asks, for whatever address, gets the same answer after the same work: it tells nobody who else has asked.
"""

from __future__ import annotations

import functools
import re
from dataclasses import asdict
from functools import partial
from importlib import resources

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from stockroom.jobs.consent_wordings import WORDINGS
from stockroom.jobs.form_words import form_words
from stockroom.jobs.likely_back import likely_back_words
from stockroom.jobs.subscribe import (
    ForeignListingError,
    NamedListing,
    UnusableAskError,
    named_by_shop,
    read_ask,
    subscribe,
)
from stockroom.storefront.forms import FORM, UnreadableFormError, media_type, read_form
from stockroom.storefront.guards import origin_of, shop_origins
from stockroom.storefront.pages import page
from stockroom.storefront.service import Service

DEFAULT_LOCALE = "en"
SHOWN_FIELDS = ("sku", "token", "country", "channel", "page", "email", "phone", "quantity")
TOO_OFTEN = "That was a lot at once. Please try again in a minute."
NOT_OURS = "This product was not named by a page of the shop. Please go back to the shop and try again."


def asking(service: Service) -> APIRouter:
    """Return the routes on which shoppers ask."""
    router = APIRouter()
    allowed = {*shop_origins(service.settings), origin_of(service.settings.storefront_url)}

    @router.get("/widget.js")
    async def show_widget() -> Response:
        headers = {"Cache-Control": "public, max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin"}
        return Response(widget(), media_type="text/javascript; charset=utf-8", headers=headers)

    @router.get("/notify", response_class=HTMLResponse)
    async def show_form(request: Request) -> Response:
        form = {name: request.query_params.get(name, "")[:400] for name in SHOWN_FIELDS}
        listing = named_by_shop(service.settings, form)
        if listing is None:
            return _said("Sorry", NOT_OURS, status=403)
        locale = request.query_params.get("locale", "")
        return _form(form, locale, likely_back=await likely_back(listing, locale))

    @router.get("/likely")
    async def say_when(request: Request) -> Response:
        """Say when a listing that a page of the shop names is likely back."""
        form = {name: request.query_params.get(name, "")[:400] for name in SHOWN_FIELDS}
        listing = named_by_shop(service.settings, form)
        if listing is None:
            return _json(403, "foreign", NOT_OURS)
        return _json(200, "likely", await likely_back(listing, request.query_params.get("locale", "")))

    async def likely_back(listing: NamedListing, locale: str) -> str:
        if not service.settings.likely_back:
            return ""
        words = partial(likely_back_words, service.settings, sku=listing.sku, channel_id=listing.channel_id)
        return await service.do(lambda connection: words(connection, locale=locale))

    @router.post("/subscribe")
    async def take_ask(request: Request) -> Response:
        origin = request.headers.get("origin")
        if origin is not None and origin not in allowed:
            return _said("Sorry", NOT_OURS, status=403)
        is_form = media_type(request) == FORM
        wait = service.limits.wait_seconds(request.client.host if request.client else "")
        if wait:
            refusal = _said("One moment", TOO_OFTEN, status=429) if is_form else _json(429, "wait", TOO_OFTEN)
            refusal.headers["Retry-After"] = str(int(wait) + 1)
            return refusal
        try:
            form = await read_form(request)
        except UnreadableFormError:
            return _json(415, "unreadable", "This is no form of ours.")
        try:
            ask = read_ask(service.settings, form)
        except ForeignListingError:
            return _said("Sorry", NOT_OURS, status=403) if is_form else _json(403, "foreign", NOT_OURS)
        except UnusableAskError as error:
            problem = form_words(error.problem, form.get("locale", ""))
            if is_form:
                return _form(form, form.get("locale", ""), problem=problem, field_name=error.field_name)
            return _json(422, "unusable", problem, field=error.field_name)
        if not service.limits.is_any_asked_too_often(ask.readers):
            await service.do(lambda connection: subscribe(service.settings, connection, ask))
        asked = WORDINGS[ask.locale].asked
        if not is_form:
            return _json(202, "asked", asked)
        back = ask.source_page if origin_of(ask.source_page) in allowed else ""
        return _said(form_words("taken", ask.locale), asked, lang=ask.locale, back=back)

    return router


@functools.cache
def widget() -> bytes:
    """Return the widget's script with the words of every locale; comments and indentation do not travel."""
    source = resources.files(__package__).joinpath("widget.js").read_bytes()
    script = re.sub(rb"(?m)^ *(//.*\n)?", b"", source)
    return script.replace(b"/*WORDINGS*/ {}", orjson.dumps({name: asdict(words) for name, words in WORDINGS.items()}))


def _form(
    form: dict[str, str], locale: str, *, problem: str = "", field_name: str = "", likely_back: str = ""
) -> Response:
    lang = locale if locale in WORDINGS else DEFAULT_LOCALE
    shown = {name: form.get(name, "")[:400] for name in SHOWN_FIELDS}
    shown["quantity"] = shown["quantity"] or "1"
    said = {"problem": problem, "field_name": field_name, "likely_back": likely_back}
    text = page("notify.html", lang=lang, wording=WORDINGS[lang], form=shown, **said)
    # The browser says where a form was sent from only if the page lets it.
    return HTMLResponse(text, status_code=422 if problem else 200, headers={"Referrer-Policy": "same-origin"})


def _said(title: str, text: str, *, status: int = 200, lang: str = "en", back: str = "") -> Response:
    words = {"title": title, "text": text, "lang": lang, "back": back, "back_words": form_words("back", lang)}
    return HTMLResponse(page("said.html", **words), status_code=status)


def _json(status: int, state: str, message: str, **more: str) -> Response:
    body = orjson.dumps({"status": state, "message": message, **more})
    return Response(body, status_code=status, media_type="application/json")
