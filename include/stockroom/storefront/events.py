"""Where channels tell that something happened: one address each, ``/events/<channel>``.

What is not signed as the channel signs is refused and leaves nothing. What is signed but was known is answered like
news: a channel that gets no 200 sends again, and in the end sends no more.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from stockroom.channels.hints import Delivery
from stockroom.jobs.hear_webhook import answer_challenge, hear_webhook, hears
from stockroom.storefront.guards import DELIVERIES
from stockroom.storefront.service import Service

STATUS = {"taken": 200, "known": 200, "ping": 200, "refused": 401}


def events(service: Service) -> APIRouter:
    """Return the routes on which channels are heard; one whose secret is not set has none."""
    router = APIRouter(prefix=DELIVERIES.rstrip("/"))
    settings = service.settings

    @router.post("/{channel_id}")
    async def hear(channel_id: str, request: Request) -> JSONResponse:
        if not hears(settings, channel_id):
            return _said(404, "unknown")
        delivery = Delivery(dict(request.headers), await request.body())
        heard = await service.do(lambda connection: hear_webhook(settings, connection, channel_id, delivery))
        return _said(STATUS[heard], heard)

    @router.get("/{channel_id}")
    async def answer(channel_id: str, challenge_code: Annotated[str, Query(max_length=200)] = "") -> JSONResponse:
        answered = answer_challenge(settings, channel_id, challenge_code) if challenge_code else None
        return _said(404, "unknown") if answered is None else JSONResponse(dict(answered))

    return router


def _said(status: int, word: str) -> JSONResponse:
    return JSONResponse({"status": word}, status_code=status)
