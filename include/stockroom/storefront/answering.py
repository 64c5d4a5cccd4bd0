"""Pages behind the links in our messages: saying yes, going to the basket, looking up one's place, stopping.

Mail programs fetch links before people do, so a GET changes nothing but the note that a link was followed; a POST does,
from the page's button or by the mail program's own (RFC 8058). Whatever token comes, the answer gives nobody away.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from stockroom.documents import formats
from stockroom.jobs.confirm_request import confirm_request
from stockroom.jobs.shop_pages import product_url, shop_address
from stockroom.jobs.unsubscribe import WISHES, unsubscribe
from stockroom.jobs.visit_request import Visit, keep_waiting, visit_request, visit_token
from stockroom.storefront.forms import UnreadableFormError, read_form
from stockroom.storefront.pages import page
from stockroom.storefront.service import Service

Token = Annotated[str, Query(max_length=400)]
WAITING = {"pending", "active", "chosen"}


def answering(service: Service) -> APIRouter:
    """Return the routes that messages link to."""
    router = APIRouter()
    settings = service.settings

    @router.get("/unsubscribe", response_class=HTMLResponse)
    async def ask_to_unsubscribe(token: Token = "") -> str:  # noqa: ARG001  # a link with it is well formed
        return page("unsubscribe.html", done="")

    @router.post("/unsubscribe", response_class=HTMLResponse)
    async def end(request: Request, token: Token = "") -> str:
        wish = await _wish(request)
        wish = wish if wish in WISHES else "product"
        await service.do(lambda connection: unsubscribe(settings, connection, token, wish))
        return page("unsubscribe.html", done=wish)

    @router.get("/confirm", response_class=HTMLResponse)
    async def ask_to_confirm(token: Token = "") -> str:  # noqa: ARG001  # a link with it is well formed
        return page("confirm.html", done=False, visit="")

    @router.post("/confirm", response_class=HTMLResponse)
    async def confirm(token: Token = "") -> str:
        request_id = await service.do(lambda connection: confirm_request(settings, connection, token))
        return page("confirm.html", done=True, visit=visit_token(settings, request_id) if request_id else "")

    @router.get("/go")
    async def go(token: Token = "") -> Response:
        visit = await service.do(lambda connection: visit_request(settings, connection, token, is_click=True))
        if visit and visit.basket_url:
            return RedirectResponse(visit.basket_url, status_code=302)
        return HTMLResponse(_place(service, visit, has_sold_out=True))

    @router.post("/go", response_class=HTMLResponse)
    async def wait_on(token: Token = "") -> str:
        await service.do(lambda connection: keep_waiting(settings, connection, token))
        visit = await service.do(lambda connection: visit_request(settings, connection, token, is_click=False))
        return _place(service, visit, has_sold_out=False)

    @router.get("/place", response_class=HTMLResponse)
    async def show_place(token: Token = "") -> str:
        visit = await service.do(lambda connection: visit_request(settings, connection, token, is_click=False))
        return _place(service, visit, has_sold_out=False)

    return router


async def _wish(request: Request) -> str:
    """Return which button was pressed; a mail program's own click presses none."""
    try:
        return (await read_form(request)).get("wish", "")
    except UnreadableFormError:
        return ""


def _place(service: Service, visit: Visit | None, *, has_sold_out: bool) -> str:
    """Return the page with the place in line; one that nobody signed gets the page of one that ended."""
    if visit is None:
        return page(
            "place.html",
            title="Your place in line",
            text=_where(None),
            basket_url="",
            may_wait=False,
            similar=(),
            likely_back="",
        )
    name = visit.shown.title if visit.shown else "this product"
    has_come_back = visit.place.state != "expired"
    title = (
        f"{'Sold out again' if has_come_back else 'Still sold out'}: {name}"
        if has_sold_out
        else f"Your place in line: {name}"
    )
    settings, channel_id = service.settings, visit.place.channel_id
    similar = [
        {
            "title": one.title,
            "url": product_url(settings, channel_id, one.page),
            "image_url": one.image_url,
            "price": formats.money(one.price, settings.currency),
        }
        for one in (visit.similar if shop_address(settings, channel_id) else ())
    ]
    may_wait = has_sold_out and visit.place.state not in WAITING
    # Who is still in line is told in turn.
    basket_url = "" if visit.place.has_ended or visit.place.state in ("pending", "active") else visit.basket_url
    kept = "It has not come back yet. Wait on, and you keep your place in line."
    text = _where(visit) if has_come_back or not may_wait else kept
    words = {"title": title, "text": text, "basket_url": basket_url}
    likely = "" if visit.place.has_ended else visit.likely_back
    return page("place.html", **words, may_wait=may_wait, similar=similar, likely_back=likely)


def _where(visit: Visit | None) -> str:
    if visit is None or visit.place.has_ended:
        return "You are not waiting for this product. You can ask again in the shop."
    place = visit.place
    if place.state == "pending":
        return "Please confirm first, by the link in the mail that we sent you."
    if place.state == "active":
        before = place.shoppers_before
        if place.shoppers_waiting == 1:
            return "You are number 1 in line, and the only one who waits."
        ahead = "nobody is" if before == 0 else "1 shopper is" if before == 1 else f"{before:,} shoppers are"
        return f"You are number {before + 1:,} in line: {ahead} before you, {place.shoppers_waiting:,} wait in all."
    if visit.basket_url:
        return "It is in stock now."
    waiting = place.shoppers_waiting
    others = "nobody else waits" if waiting == 0 else "1 other waits" if waiting == 1 else f"{waiting:,} others wait"
    # Only the button brings a shopper back into line.
    return f"It was bought faster than you came. You can still have your old place in line; {others}."
