"""The operators' desk: purchase orders with their documents, behind Airflow's login. It reads and changes nothing.

Approvals stay where Airflow puts the question; the desk links there. All links are relative, because a base path in
front of Airflow breaks absolute ones.
"""

from __future__ import annotations

import html

from airflow.api_fastapi.core_api.security import requires_authenticated
from airflow.plugins_manager import AirflowPlugin
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import FileResponse, HTMLResponse

from stockroom.jobs.list_orders import DocumentKind, ShownOrder, document_path, list_orders
from stockroom.settings import Settings

APPROVALS = "../dags/approve_purchase_orders/required_actions"
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Purchase orders</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color-scheme: light dark; }}
table {{ border-collapse: collapse; }}
th, td {{ padding: .3rem .9rem .3rem 0; text-align: left; border-bottom: 1px solid #8884; }}
td.number {{ text-align: right; font-variant-numeric: tabular-nums; }}
</style>
</head>
<body>
<h1>Purchase orders</h1>
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

app = FastAPI(
    title="Operators' desk",
    dependencies=[
        Depends(requires_authenticated())
    ],  # Airflow does not put a plugin's pages behind its login by itself
    openapi_url=None,
)


@app.get("/", response_class=HTMLResponse)
def show_orders() -> str:
    """Return the page of purchase orders, those that wait for a person first."""
    orders = list_orders(Settings.from_environment())
    waiting = sum(shown.order.state == "waiting" for shown in orders)
    counted = "1 order" if len(orders) == 1 else f"{len(orders):,} orders"
    summary = f'{counted}, {waiting:,} waiting for <a href="{APPROVALS}" target="_top">an answer</a>.'
    return PAGE.format(summary=summary, rows="\n".join(_row(shown) for shown in orders))


@app.get("/documents/{po_number}.{kind}")
def send_document(po_number: str, kind: DocumentKind) -> FileResponse:
    """Return a purchase order's document."""
    path = document_path(Settings.from_environment(), po_number, kind)
    if path is None:
        raise HTTPException(404, "there is no such document")
    return FileResponse(
        path, filename=path.name, content_disposition_type="inline" if kind == "reasons" else "attachment"
    )


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
            "name": "Purchase orders",
            "href": "operators-desk/",
            "destination": "nav",
            "category": "browse",
            "url_route": "purchase-orders",
        }
    ]
