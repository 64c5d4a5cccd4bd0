"""The operators' desk: what is wrong with supply, and purchase orders with their documents, behind Airflow's login.

It reads and changes nothing.

Approvals stay where Airflow puts the question; the desk links there. All links are relative, because a base path in
front of Airflow breaks absolute ones.
"""

from __future__ import annotations

import html
from decimal import Decimal

from airflow.api_fastapi.core_api.security import requires_authenticated
from airflow.plugins_manager import AirflowPlugin
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import FileResponse, HTMLResponse

from stockroom.jobs.list_exceptions import ShownException, chance_in_words, list_exceptions
from stockroom.jobs.list_orders import DocumentKind, ShownOrder, document_path, list_orders
from stockroom.settings import Settings

APPROVALS = "../dags/approve_purchase_orders/required_actions"
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Operators' desk</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color-scheme: light dark; }}
table {{ border-collapse: collapse; }}
th, td {{ padding: .3rem .9rem .3rem 0; text-align: left; border-bottom: 1px solid #8884; }}
td {{ vertical-align: top; }}
.number {{ text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }}
.small {{ font-size: 13px; opacity: .75; }}
h2 {{ margin-top: 2.2rem; }}
</style>
</head>
<body>
<h1>Operators' desk</h1>
<h2>Supply in trouble</h2>
<p>{trouble}</p>
{exceptions}
<h2>Purchase orders</h2>
<p>{summary}</p>
<table>
<thead><tr><th>Order</th><th>Version</th><th>Supplier</th><th>Ship to</th><th>Planned for</th><th>State</th>
<th>Value</th><th>Documents</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</body>
</html>
"""

EXCEPTIONS = """<table>
<thead><tr><th>Order and item</th><th>What</th><th class="number">Stockout</th><th class="number">At risk</th>
<th>What would help</th><th class="number">Saves</th><th>Asked</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
"""

app = FastAPI(
    title="Operators' desk",
    dependencies=[
        Depends(requires_authenticated())
    ],  # Airflow does not put a plugin's pages behind its login by itself
    openapi_url=None,
)


@app.get("/", response_class=HTMLResponse)
def show_desk() -> str:
    """Return the page: exceptions of supply by money at risk; purchase orders, those that wait for a person first."""
    settings = Settings.from_environment()
    orders, (exceptions, behind) = list_orders(settings), list_exceptions(settings)
    waiting = sum(shown.order.state == "waiting" for shown in orders)
    counted = "1 order" if len(orders) == 1 else f"{len(orders):,} orders"
    summary = f'{counted}, {waiting:,} waiting for <a href="{APPROVALS}" target="_top">an answer</a>.'
    return PAGE.format(
        summary=summary,
        rows="\n".join(_row(shown) for shown in orders),
        trouble=_trouble(len(exceptions), behind),
        exceptions=EXCEPTIONS.format(rows="\n".join(map(_exception_row, exceptions))) if exceptions else "",
    )


@app.get("/documents/{po_number}.{kind}")
def send_document(po_number: str, kind: DocumentKind) -> FileResponse:
    """Return a purchase order's document."""
    path = document_path(Settings.from_environment(), po_number, kind)
    if path is None:
        raise HTTPException(404, "there is no such document")
    return FileResponse(
        path, filename=path.name, content_disposition_type="inline" if kind == "reasons" else "attachment"
    )


def _trouble(shown: int, behind: int) -> str:
    """Return what stands, in a sentence."""
    if not shown and not behind:
        return "Nothing: what is under way is on time, whole and answered."
    more = f" {behind:,} more wait behind them." if behind else ""
    return (
        f"{shown:,} to look at, the most money at risk first.{more} Say what you did: "
        "<code>stockroom settle KEY acted --who NAME</code>"
    )


def _exception_row(one: ShownException) -> str:
    """Return one exception as a row of the table."""
    cells = (
        ("", f'{html.escape(one.subject)}<br><code class="small">{html.escape(one.exception_key)}</code>'),
        ("", f'{html.escape(one.kind.replace("_", " "))}<br><span class="small">{html.escape(one.detail)}</span>'),
        ("number", chance_in_words(one)),
        ("number", _amount(one.money_at_risk, one.currency)),
        ("", html.escape(one.proposal or "")),
        ("number", _amount(one.proposal_gain, one.currency)),
        ("", html.escape(one.owner or "")),
    )
    return "<tr>" + "".join(f'<td class="{kind}">{cell}</td>' for kind, cell in cells) + "</tr>"


def _amount(amount: Decimal | None, currency: str | None) -> str:
    return f"{amount:,.2f} {html.escape(currency or '')}" if amount else ""


def _row(shown: ShownOrder) -> str:
    """Return one order as a row of the table."""
    order = shown.order
    number = html.escape(order.po_number)
    links = " ".join(f'<a href="documents/{number}.{kind}">{kind.upper()}</a>' for kind in shown.documents)
    state = html.escape(order.state.replace("_", " "))
    if order.state == "waiting":
        state = f'<a href="{APPROVALS}" target="_top">{state}</a>'
    cells = (number, str(order.version), html.escape(shown.supplier_name), html.escape(order.location_id))
    return (
        "<tr>"
        + "".join(f"<td>{cell}</td>" for cell in (*cells, order.plan_date.isoformat(), state))
        + f'<td class="number">{order.value:,.2f} {html.escape(order.currency)}</td><td>{links}</td></tr>'
    )


class OperatorsDesk(AirflowPlugin):
    """Adds the page to Airflow and a link to its navigation."""

    name = "operators_desk"
    fastapi_apps = [{"app": app, "url_prefix": "/operators-desk", "name": "Operators' desk"}]  # noqa: RUF012  # as AirflowPlugin declares it
    external_views = [  # noqa: RUF012  # as AirflowPlugin declares it
        {
            "name": "Operators' desk",
            "href": "operators-desk/",
            "destination": "nav",
            "category": "browse",
            "url_route": "purchase-orders",
        }
    ]
