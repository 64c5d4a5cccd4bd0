"""What shoppers reach: ending a request for news of a product.

Mail programs fetch links before people do, so a GET changes nothing; a POST does, from the page's button or by the
mail program's own (RFC 8058). Whoever asks, and for whatever token, gets the same answer: it tells nobody who asked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import FastAPI, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from stockroom.jobs.unsubscribe import unsubscribe
from stockroom.settings import Settings

Token = Annotated[str, Query(max_length=400)]
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 17px/1.5 system-ui, sans-serif; color: #1f2933; max-width: 30rem; margin: 15vh auto; padding: 0 1.5rem; }}
h1 {{ font-size: 1.5rem; }}
button {{ font: inherit; font-weight: 600; color: #fff; background: #1b5e4b; border: 0; border-radius: 6px;
  padding: .7rem 1.4rem; cursor: pointer; }}
button:focus-visible {{ outline: 3px solid #7bc8b1; outline-offset: 2px; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""
# The form posts to this page's own address, token and all: nothing of the request is printed into the page.
ASK = PAGE.format(
    title="No more mails about this product?",
    body='<p>You asked to be told when it is back.</p>\n<form method="post"><button>Stop these mails</button></form>',
)
DONE = PAGE.format(
    title="Done", body="<p>If you were waiting for this product, you no longer are. You can ask again in the shop.</p>"
)

HERE = PAGE.format(
    title="Nothing to see here",
    body="<p>Links in our mails about products that are back end here. Follow one of those, or visit the shop.</p>",
)


def storefront(settings: Settings) -> FastAPI:
    """Return the service of an installation."""
    app = FastAPI(title="Stockroom storefront", openapi_url=None)

    @app.middleware("http")
    async def add_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        response.headers.update(HEADERS)
        return response

    @app.get("/", response_class=HTMLResponse)
    async def show_what_this_is() -> str:
        return HERE

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/unsubscribe", response_class=HTMLResponse)
    async def ask(token: Token = "") -> str:  # noqa: ARG001  # named so that a link with it is well formed
        return ASK

    @app.post("/unsubscribe", response_class=HTMLResponse)
    async def end(token: Token = "") -> str:
        await run_in_threadpool(unsubscribe, settings, token)
        return DONE

    return app
