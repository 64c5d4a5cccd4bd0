"""Pages behind the links in our messages: saying yes, going to the basket, looking up one's place, stopping.

Mail programs fetch links before people do, so a GET changes nothing but the note that a link was followed; a POST does,
from the page's button or by the mail program's own (RFC 8058). Whatever token comes, the answer gives nobody away.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

import psycopg
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from stockroom.delivery.unsubscribe_links import UNSUBSCRIBE
from stockroom.documents.shopper_language import Language
from stockroom.jobs.confirm_request import confirm_request, refuse_request
from stockroom.jobs.reader_language import token_language
from stockroom.jobs.shop_pages import product_url, shop_address
from stockroom.jobs.shopper_links import CONFIRM, VISIT
from stockroom.jobs.unsubscribe import WISHES, unsubscribe
from stockroom.jobs.visit_request import Visit, keep_waiting, visit_request, visit_token
from stockroom.storefront.forms import UnreadableFormError, read_form
from stockroom.storefront.pages import page
from stockroom.storefront.service import Service

Token = Annotated[str, Query(max_length=400)]
WAITING = {"pending", "active", "chosen"}
Answer = TypeVar("Answer")


def answering(service: Service) -> APIRouter:
    """Return the routes that messages link to."""
    router = APIRouter()
    settings = service.settings

    async def speak(
        request: Request, token: str, purpose: str, act: Callable[[psycopg.Connection, Language], Answer]
    ) -> tuple[Language, Answer]:
        """Return the language of whoever holds a token, and what was done for them."""
        accepted = request.headers.get("accept-language", "")

        def both(connection: psycopg.Connection) -> tuple[Language, Answer]:
            language = token_language(settings, connection, token, purpose=purpose, accepted=accepted)
            return language, act(connection, language)

        return await service.do(both)

    @router.get("/unsubscribe", response_class=HTMLResponse)
    async def ask_to_unsubscribe(request: Request, token: Token = "") -> str:
        language, _ = await speak(request, token, UNSUBSCRIBE, _nothing)
        return page("unsubscribe.html", language, done="")

    @router.post("/unsubscribe", response_class=HTMLResponse)
    async def end(request: Request, token: Token = "") -> str:
        wish = await _wish(request)
        wish = wish if wish in WISHES else "product"
        language, _ = await speak(
            request, token, UNSUBSCRIBE, lambda connection, _: unsubscribe(settings, connection, token, wish)
        )
        return page("unsubscribe.html", language, done=wish)

    @router.get("/confirm", response_class=HTMLResponse)
    async def ask_to_confirm(request: Request, token: Token = "") -> str:
        language, _ = await speak(request, token, CONFIRM, _nothing)
        return page("confirm.html", language, done=False, visit="")

    @router.post("/confirm", response_class=HTMLResponse)
    async def confirm(request: Request, token: Token = "") -> str:
        if await _wish(request) == "forget":
            language, _ = await speak(
                request, token, CONFIRM, lambda connection, _: refuse_request(settings, connection, token)
            )
            return page("unsubscribe.html", language, done="forget")
        language, request_id = await speak(
            request, token, CONFIRM, lambda connection, _: confirm_request(settings, connection, token)
        )
        return page("confirm.html", language, done=True, visit=visit_token(settings, request_id) if request_id else "")

    @router.get("/go")
    async def go(request: Request, token: Token = "") -> Response:
        language, visit = await visited(request, token, is_click=True)
        if visit and visit.basket_url:
            return RedirectResponse(visit.basket_url, status_code=302)
        return HTMLResponse(_place(service, language, visit, has_sold_out=True))

    @router.post("/go", response_class=HTMLResponse)
    async def wait_on(request: Request, token: Token = "") -> str:
        await service.do(lambda connection: keep_waiting(settings, connection, token))
        return _place(service, *await visited(request, token), has_sold_out=False)

    @router.get("/place", response_class=HTMLResponse)
    async def show_place(request: Request, token: Token = "") -> str:
        return _place(service, *await visited(request, token), has_sold_out=False)

    async def visited(request: Request, token: str, *, is_click: bool = False) -> tuple[Language, Visit | None]:
        return await speak(
            request,
            token,
            VISIT,
            lambda connection, language: visit_request(settings, connection, token, language, is_click=is_click),
        )

    return router


def _nothing(_connection: psycopg.Connection, _language: Language) -> None:
    """Do what a GET may do."""


async def _wish(request: Request) -> str:
    """Return which button was pressed; a mail program's own click presses none."""
    try:
        return (await read_form(request)).get("wish", "")
    except UnreadableFormError:
        return ""


def _place(service: Service, language: Language, visit: Visit | None, *, has_sold_out: bool) -> str:
    """Return the page with the place in line; one that nobody signed gets the page of one that ended."""
    if visit is None:
        return page(
            "place.html",
            language,
            title=language.say("place_page.unknown_heading"),
            text=_where(language, None),
            basket_url="",
            may_wait=False,
            similar=(),
            likely_back="",
        )
    name = visit.shown.title if visit.shown else language.say("place_page.product")
    has_come_back = visit.place.state != "expired"
    heading = "heading" if not has_sold_out else "again_heading" if has_come_back else "still_heading"
    settings, channel_id = service.settings, visit.place.channel_id
    similar = [
        {
            "title": one.title,
            "url": product_url(settings, channel_id, one.page),
            "image_url": one.image_url,
            "price": language.money(one.price, settings.currency),
        }
        for one in (visit.similar if shop_address(settings, channel_id) else ())
    ]
    may_wait = has_sold_out and visit.place.state not in WAITING
    # Who is still in line is told in turn.
    basket_url = "" if visit.place.has_ended or visit.place.state in ("pending", "active") else visit.basket_url
    return page(
        "place.html",
        language,
        title=language.say(f"place_page.{heading}", title=name),
        text=_where(language, visit) if has_come_back or not may_wait else language.say("place_page.kept"),
        basket_url=basket_url,
        may_wait=may_wait,
        similar=similar,
        likely_back="" if visit.place.has_ended else visit.likely_back,
    )


def _where(language: Language, visit: Visit | None) -> str:
    if visit is None or visit.place.has_ended:
        return language.say("place_page.not_waiting")
    place = visit.place
    if place.state == "pending":
        return language.say("place_page.pending")
    if place.state == "active":
        before, waiting = place.shoppers_before, place.shoppers_waiting
        if waiting == 1:
            return language.say("place_page.alone")
        ahead = language.say("place_page.before", number=before) if before else language.say("place_page.nobody_before")
        in_all = language.say("place_page.waiting", number=waiting)
        return language.say("place_page.in_line", place=language.count(before + 1), before=ahead, waiting=in_all)
    if visit.basket_url:
        return language.say("place_page.in_stock")
    number = place.shoppers_waiting
    others = language.say("place_page.others", number=number) if number else language.say("place_page.nobody_else")
    # Only the button brings a shopper back into line.
    return language.say("place_page.missed", others=others)
