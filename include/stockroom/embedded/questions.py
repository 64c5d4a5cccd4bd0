"""Questions that Airflow still puts about an order that was answered elsewhere."""

from __future__ import annotations

import httpx

from stockroom.embedded.airflow import ADMIN
from stockroom.embedded.airflow_api import AirflowApiError, end_question, list_open_questions, log_in
from stockroom.embedded.installation import Installation
from stockroom.embedded.ports import HOST, remembered_ports
from stockroom.embedded.private_files import read_private


def end_questions(client: httpx.Client, po_number: str, *, because: str) -> int:
    """End every open question about an order, with a note that says why, and return how many there were.

    The question's task is skipped, and with it what would have recorded its answer: ``ops`` has the answer already.
    """
    questions = list_open_questions(client, about=f"{po_number},")
    for question in questions:
        end_question(client, question, note=because)
    return len(questions)


def end_questions_here(installation: Installation, po_number: str, *, because: str) -> str:
    """Return a line that says what became of the questions that this machine's Airflow puts about an order."""
    try:
        with _log_in(installation) as client:
            ended = end_questions(client, po_number, because=because)
    except (AirflowApiError, httpx.HTTPError, KeyError) as error:
        return f"Airflow goes on asking about {po_number} until midnight; an answer there has no effect ({error!r})"
    return f"Airflow asks about {po_number} no longer" if ended else f"Airflow did not ask about {po_number}"


def _log_in(installation: Installation) -> httpx.Client:
    """Return a client of the Airflow that ``stockroom up`` left running; raises KeyError where there never was one."""
    port = remembered_ports(installation.directory / "ports.json")["airflow"]
    return log_in(
        f"http://{HOST}:{port}", ADMIN, read_private(installation.directory / "airflow" / "logins.json")[ADMIN]
    )
