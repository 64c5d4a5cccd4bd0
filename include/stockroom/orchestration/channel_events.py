"""Starts a round when a channel said that something happened: what the triggerer runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import psycopg
from airflow.triggers.base import BaseEventTrigger, TriggerEvent
from typing_extensions import override

from stockroom.settings import Settings

MESSAGES_AT_ONCE = 10
"""As many as Amazon gives; Airflow's default is five."""
WAIT_SECONDS = 20
"""How long Amazon holds an answer back until a message comes: quick, and three requests a minute when none does."""
AFTER_ERROR_SECONDS = 10


class ChannelEvents(BaseEventTrigger):
    """Fires when hints wait in ``ops.channel_hints``, and moves there what comes on the queue, if there is one.

    Not Airflow's ``MessageQueueTrigger`` by itself: it hands messages on as they are, and Airflow would keep what
    channels write about shoppers. Which queue there is, is asked here and not where DAG files are read.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Airflow leaves its constructors untyped

    @override
    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return what the triggerer makes this from."""
        return f"{type(self).__module__}.{type(self).__qualname__}", {}

    @override
    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Fire for as long as this is let."""
        from stockroom.warehouse.hints import waiting_hints

        settings = Settings.from_environment()
        moving = asyncio.create_task(self._move_messages(settings)) if settings.events_queue else None
        try:
            while True:
                try:
                    async with aclosing(waiting_hints(settings.warehouse_url)) as hints:
                        async for waiting in hints:
                            self.log.info("%s hints wait", waiting)
                            yield TriggerEvent({"hints": waiting})  # type: ignore[no-untyped-call]  # as above
                except psycopg.OperationalError as error:
                    self.log.warning("the warehouse does not answer, hints wait: %s", type(error).__name__)
                    await asyncio.sleep(AFTER_ERROR_SECONDS)
        finally:
            if moving is not None:
                moving.cancel()

    async def _move_messages(self, settings: Settings) -> None:
        """Turn messages of the queue into hints. They are deleted as they are received: the clock heals a loss."""
        from airflow.providers.common.messaging.triggers.msg_queue import MessageQueueTrigger

        from stockroom.delivery.queue import SQS, open_queue
        from stockroom.jobs.hear_messages import hear_messages

        while True:
            try:
                queue = await asyncio.to_thread(open_queue, settings.events_queue, setting="STOCKROOM_EVENTS_QUEUE")
                messages = MessageQueueTrigger(
                    scheme=SQS,
                    sqs_queue=queue.url,
                    aws_conn_id=queue.connection_id,
                    max_messages=MESSAGES_AT_ONCE,
                    wait_time_seconds=WAIT_SECONDS,
                    waiter_delay=0,
                )
                async for event in messages.run():
                    texts = [str(message["Body"]) for message in event.payload["message_batch"]]
                    unknown = await asyncio.to_thread(hear_messages, settings, texts)
                    self.log.info("%s messages, %s of them not understood", len(texts), unknown)
            except Exception:
                # Whatever it was: a trigger that dies is started again every second, and takes the webhooks with it.
                self.log.exception("the queue does not answer; asking again in %s s", AFTER_ERROR_SECONDS)
                await asyncio.sleep(AFTER_ERROR_SECONDS)
