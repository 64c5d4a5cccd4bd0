"""Where mail services tell who unsubscribed, bounced or complained: ``/feedback/<service>``.

Those that sign nothing have the secret behind that: ``/feedback/<service>/<secret>``.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from stockroom.delivery.service_feedback import Spoken
from stockroom.jobs.hear_feedback import hear_feedback, hears_feedback
from stockroom.storefront.guards import FEEDBACK
from stockroom.storefront.service import Service


def feedback(service: Service) -> APIRouter:
    """Return the routes on which mail services are heard; one whose secret is not set has none."""
    router = APIRouter(prefix=FEEDBACK.rstrip("/"))
    settings = service.settings

    @router.post("/{name}")
    async def hear(name: str, request: Request) -> JSONResponse:
        return await answer(name, request, "")

    @router.post("/{name}/{word}")
    async def hear_whoever_knows_the_word(name: str, word: str, request: Request) -> JSONResponse:
        return await answer(name, request, word)

    async def answer(name: str, request: Request, word: str) -> JSONResponse:
        if not hears_feedback(settings, name):
            return JSONResponse({"status": "unknown"}, status_code=404)
        spoken = Spoken(dict(request.headers), await request.body(), word)
        heard = await service.do(lambda connection: hear_feedback(settings, connection, name, spoken))
        return JSONResponse({"status": heard}, status_code=401 if heard == "refused" else 200)

    return router
