"""The storefront: what shoppers reach. Its own process, never inside Airflow."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from starlette.middleware.cors import CORSMiddleware

from stockroom.documents.shopper_language import languages
from stockroom.settings import Settings
from stockroom.storefront.answering import answering
from stockroom.storefront.asking import asked_language, asking
from stockroom.storefront.courier import Courier
from stockroom.storefront.events import events
from stockroom.storefront.feedback import feedback
from stockroom.storefront.guards import Guard, page_headers, shop_origins
from stockroom.storefront.pages import page, style
from stockroom.storefront.service import Service


def storefront(settings: Settings) -> FastAPI:
    """Return the service of an installation.

    Raises:
        SettingsError: a merchant's own words cannot be used.
    """
    languages(settings.shopper_words_dir)
    service = Service(settings)

    @asynccontextmanager
    async def live(_app: FastAPI) -> AsyncIterator[None]:
        courier = Courier(service)
        courier.start()
        yield
        courier.stop()
        service.close()

    app = FastAPI(title="Stockroom storefront", openapi_url=None, lifespan=live)
    app.include_router(asking(service))
    app.include_router(answering(service))
    app.include_router(events(service))
    app.include_router(feedback(service))
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(shop_origins(settings)),
        allow_methods=["POST"],
        allow_headers=["content-type"],
        allow_credentials=False,
        max_age=600,
    )
    app.add_middleware(Guard, headers=page_headers(settings))

    @app.exception_handler(Exception)
    async def hide(request: Request, _error: Exception) -> Response:
        language = asked_language(settings, request)
        text = page(
            "said.html", language, title=language.say("problem.title"), text=language.say("problem.later"), back=""
        )
        return HTMLResponse(text, 503)

    @app.get("/", response_class=HTMLResponse)
    async def show_what_this_is(request: Request) -> str:
        return page("here.html", asked_language(settings, request))

    @app.get("/style.css")
    async def show_style() -> Response:
        return Response(style(), media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    return app
