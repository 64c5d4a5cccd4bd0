"""Sends the questions that shoppers on a page wait for, a moment after they asked; Airflow sends everything else."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime

from stockroom.jobs.deliver_outbox import deliver_questions
from stockroom.settings import SettingsError
from stockroom.storefront.service import Service

PAUSE_SECONDS = 0.5
log = logging.getLogger(__name__)


class Courier:
    """A thread that delivers as long as it is let."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is under way, and end."""
        self._stopping.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with self.service.connection() as connection:
                    delivered = deliver_questions(self.service.settings, connection, now=datetime.now(UTC))
                has_left = any(delivered.left.values())
                for problem in delivered.out_of_reach:
                    log.warning("questions wait: %s", problem)
            except Exception as error:  # whatever it was: a thread that ends would keep every later question
                # Of what is no setting never the message itself: it may name an address.
                log.warning("questions wait: %s", error if isinstance(error, SettingsError) else type(error).__name__)
                has_left = False
            self._stopping.wait(0.0 if has_left else PAUSE_SECONDS)
