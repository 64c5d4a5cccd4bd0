"""Pages on which shoppers ask: the form, the widget, and where both are sent.

Whoever asks, for whatever address, gets the same answer after the same work: it tells nobody who else has asked.
"""

from __future__ import annotations

import functools
import re
from dataclasses import asdict
from functools import partial
from importlib import resources
from pathlib import Path

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from stockroom.documents.shopper_language import Language, language_of, languages, preferred_language
from stockroom.jobs.consent_wordings import Wording, wordings
from stockroom.jobs.likely_back import likely_back_words
from stockroom.jobs.subscribe import (
    ForeignListingError,
    NamedListing,
    UnusableAskError,
    named_by_shop,
    read_ask,
    subscribe,
)
from stockroom.settings import Settings
from stockroom.storefront.forms import FORM, UnreadableFormError, media_type, read_form
from stockroom.storefront.guards import origin_of, shop_origins
from stockroom.storefront.pages import page
from stockroom.storefront.service import Service

SHOWN_FIELDS = ("sku", "token", "country", "channel", "page", "email", "phone", "quantity")
FORM_PARTS = ("heading", "email", "phone", "quantity", "button", "failed")
"""Sentences that the widget shows."""


def asking(service: Service) -> APIRouter:
    """Return the routes on which shoppers ask."""
    router = APIRouter()
    allowed = {*shop_origins(service.settings), origin_of(service.settings.storefront_url)}

    @router.get("/widget.js")
    async def show_widget() -> Response:
        headers = {"Cache-Control": "public, max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin"}
        return Response(
            widget(service.settings.shopper_words_dir), media_type="text/javascript; charset=utf-8", headers=headers
        )

    @router.get("/notify", response_class=HTMLResponse)
    async def show_form(request: Request) -> Response:
        form = {name: request.query_params.get(name, "")[:400] for name in SHOWN_FIELDS}
        listing = named_by_shop(service.settings, form)
        language = asked_language(service.settings, request, form.get("country", ""))
        if listing is None:
            return _said(language, "problem.title", language.say("problem.not_ours"), status=403)
        return show(language, form, likely_back=await likely_back(listing, language))

    @router.get("/likely")
    async def say_when(request: Request) -> Response:
        """Say when a listing that a page of the shop names is likely back."""
        form = {name: request.query_params.get(name, "")[:400] for name in SHOWN_FIELDS}
        listing = named_by_shop(service.settings, form)
        language = asked_language(service.settings, request, form.get("country", ""))
        if listing is None:
            return _json(403, "foreign", language.say("problem.not_ours"))
        return _json(200, "likely", await likely_back(listing, language))

    def named_language(form: dict[str, str]) -> Language | None:
        name, folder = form.get("locale", ""), service.settings.shopper_words_dir
        return language_of(name, form.get("country", ""), folder=folder) if name in languages(folder) else None

    def show(language: Language, form: dict[str, str], **said: str) -> Response:
        return _form(language, wordings(service.settings.shopper_words_dir)[language.name], form, **said)

    async def likely_back(listing: NamedListing, language: Language) -> str:
        if not service.settings.likely_back:
            return ""
        words = partial(likely_back_words, service.settings, sku=listing.sku, channel_id=listing.channel_id)
        return await service.do(lambda connection: words(connection, language=language))

    @router.post("/subscribe")
    async def take_ask(request: Request) -> Response:
        origin = request.headers.get("origin")
        language = asked_language(service.settings, request)
        not_ours = language.say("problem.not_ours")
        if origin is not None and origin not in allowed:
            return _said(language, "problem.title", not_ours, status=403)
        is_form = media_type(request) == FORM
        wait = service.limits.wait_seconds(request.client.host if request.client else "")
        if wait:
            words = language.say("problem.wait")
            refusal = _said(language, "problem.wait_title", words, status=429) if is_form else _json(429, "wait", words)
            refusal.headers["Retry-After"] = str(int(wait) + 1)
            return refusal
        try:
            form = await read_form(request)
        except UnreadableFormError:
            return _json(415, "unreadable", language.say("problem.unreadable"))
        language = named_language(form) or language
        try:
            ask = read_ask(service.settings, form)
        except ForeignListingError:
            not_ours = language.say("problem.not_ours")
            if is_form:
                return _said(language, "problem.title", not_ours, status=403)
            return _json(403, "foreign", not_ours)
        except UnusableAskError as error:
            problem = language.say(f"problem.{error.problem}")
            if is_form:
                return show(language, form, problem=problem, field_name=error.field_name)
            return _json(422, "unusable", problem, field=error.field_name)
        if not service.limits.is_any_asked_too_often(ask.readers):
            await service.do(lambda connection: subscribe(service.settings, connection, ask))
        asked = language.say("form.asked")
        if not is_form:
            return _json(202, "asked", asked)
        back = ask.source_page if origin_of(ask.source_page) in allowed else ""
        return _said(language, "form.taken", asked, back=back)

    return router


def asked_language(settings: Settings, request: Request, country: str = "") -> Language:
    """Return the language that a page's address names, or else that its browser prefers."""
    name, folder = request.query_params.get("locale", "")[:2], settings.shopper_words_dir
    if name in languages(folder):
        return language_of(name, country, folder=folder)
    return preferred_language(request.headers.get("accept-language", ""), folder=folder)


@functools.cache
def widget(folder: Path = Path()) -> bytes:
    """Return the widget's script with the words of every language; comments and indentation do not travel."""
    source = resources.files(__package__).joinpath("widget.js").read_bytes()
    script = re.sub(rb"(?m)^ *(//.*\n)?", b"", source)
    spoken = languages(folder)
    words = {
        name: {
            **asdict(wording),
            **{part: spoken[name].say(f"form.{part}") for part in FORM_PARTS},
            "dir": spoken[name].direction,
        }
        for name, wording in wordings(folder).items()
    }
    return script.replace(b"/*WORDINGS*/ {}", orjson.dumps(words))


def _form(
    language: Language,
    wording: Wording,
    form: dict[str, str],
    *,
    problem: str = "",
    field_name: str = "",
    likely_back: str = "",
) -> Response:
    shown = {name: form.get(name, "")[:400] for name in SHOWN_FIELDS}
    shown["quantity"] = shown["quantity"] or "1"
    said = {"problem": problem, "field_name": field_name, "likely_back": likely_back}
    text = page("notify.html", language, wording=wording, form=shown, **said)
    # The browser says where a form was sent from only if the page lets it.
    return HTMLResponse(text, status_code=422 if problem else 200, headers={"Referrer-Policy": "same-origin"})


def _said(language: Language, title: str, text: str, *, status: int = 200, back: str = "") -> Response:
    return HTMLResponse(page("said.html", language, title=language.say(title), text=text, back=back), status)


def _json(status: int, state: str, message: str, **more: str) -> Response:
    body = orjson.dumps({"status": state, "message": message, **more})
    return Response(body, status_code=status, media_type="application/json")
