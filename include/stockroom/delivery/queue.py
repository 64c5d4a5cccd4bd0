"""A queue at Amazon, named by a setting: ``sqs:<Airflow connection>:<queue>``."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

SQS = "sqs"


@dataclass(frozen=True)
class Queue:
    """An open way to a queue."""

    client: Any
    """Of boto3; threads may share it."""
    connection_id: str
    url: str

    def send(self, text: str) -> None:
        """Put one message there."""
        self.client.send_message(QueueUrl=self.url, MessageBody=text)


@functools.lru_cache(maxsize=8)
def open_queue(where: str, *, setting: str) -> Queue:
    """Return the queue that ``setting`` names.

    Raises:
        ValueError: there is no such kind of queue.
    """
    kind, _, rest = where.partition(":")
    connection_id, _, name = rest.partition(":")
    if kind != SQS or not connection_id or not name:
        raise ValueError(f"{setting}={where!r}: give `sqs:`, the id of a connection, `:` and a queue")
    # Heavy, and needed only where there is a queue.
    from airflow.providers.amazon.aws.hooks.base_aws import AwsBaseHook

    client = AwsBaseHook(aws_conn_id=connection_id, client_type="sqs").get_conn()
    return Queue(client, connection_id, client.get_queue_url(QueueName=name)["QueueUrl"])
