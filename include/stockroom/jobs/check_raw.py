"""Check raw records before dbt builds from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from stockroom.channels import CHANNELS
from stockroom.jobs.gate_keeping import GateSummary, keep_gate
from stockroom.jobs.note_channels import connected_channels, note_channels
from stockroom.quality.landed_items import needed_streams, view_landed_items
from stockroom.quality.raw import LINES_TO_JUDGE_BY, REJECTED_LINES_ALLOWED, raw_gate
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.gate_runs import last_passed_landing_file_id, newest_landing_file_id

NEEDED_OF_SUPPLIERS = ("suppliers/catalogues", "suppliers/terms")


@dataclass(frozen=True)
class NothingToCheck:
    """No file has landed since this gate last let everything through."""

    gate: str

    def __str__(self) -> str:
        """Return one line for a person to read."""
        return f"gate {self.gate}: nothing has landed since it last passed"


def check_raw(settings: Settings, *, as_of_date: date) -> GateSummary | NothingToCheck:
    """Return what the gate on raw found in the files that landed since it last passed.

    Raises:
        GateFailedError: something landed that cannot be believed; the report names the rows.
    """
    with connect(settings.warehouse_url) as connection:
        newest = newest_landing_file_id(connection)
        last_passed = last_passed_landing_file_id(connection, gate="raw")
        if last_passed is not None and newest <= last_passed:
            return NothingToCheck("raw")
        note_channels(settings, connection)  # the tables of channels that were never extracted are read too
        streams = [stream for channel in CHANNELS.values() for stream in channel.streams]
        view_landed_items(connection, streams, time_zone=settings.time_zone)
        connected = [stream for channel in connected_channels(settings) for stream in CHANNELS[channel].streams]
        return keep_gate(
            settings,
            connection,
            raw_gate(),
            as_of_date=as_of_date,
            parameters={
                "after_landing_file_id": last_passed or 0,
                "needed_streams": [*needed_streams(connected), *NEEDED_OF_SUPPLIERS],
                "order_streams": [f"{stream.source}/{stream.name}" for stream in streams if stream.sells],
                "catalogue_streams": [f"{stream.source}/{stream.name}" for stream in streams if stream.offers],
                "rejected_lines_allowed": REJECTED_LINES_ALLOWED,
                "lines_to_judge_by": LINES_TO_JUDGE_BY,
            },
            last_landing_file_id=newest,
        )
