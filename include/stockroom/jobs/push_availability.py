"""Tell the channels what can be sold: only what changed, and never a figure that would ruin a shop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

import psycopg

from stockroom.channels import CHANNELS, AvailabilityWriter, Channel, ChannelError, RecordSource
from stockroom.channels.channel import DocumentWriter, Listing
from stockroom.channels.push import Availability, PushResult, compare, push
from stockroom.jobs.note_channels import note_channels
from stockroom.jobs.share_limits import shared_limits
from stockroom.jobs.take_in_stock import take_in_stock
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.channel_buffers import read_buffers
from stockroom.warehouse.exceptions import raise_exception, resolve_exception
from stockroom.warehouse.extraction import ExtractionUnderWayError, clock, only_extraction
from stockroom.warehouse.pushes import (
    PushRow,
    Target,
    close_round,
    count_listings,
    is_built,
    keep_the_order_of_views,
    open_round,
    read_known,
    read_targets,
    reasons_for_doubt,
    write_rows,
)

ZEROED_SHARE_LIMIT = 0.20
"""Of a channel's listings: a round that would empty more than this asks first."""
STALE_MINUTES = 15
"""Age of the newest extract beyond which its figures are not written to a shop; extracts start every two minutes."""
SHOWN = 10
KIND = "availability_push"


class PushError(RuntimeError):
    """Channels could not be told, or a round was held; the message names each with its reason."""


@dataclass(frozen=True)
class PushSummary:
    """What became of one channel's round."""

    channel_id: str
    listings: int
    results: tuple[PushResult, ...] = ()
    held: str = ""
    """Why nothing was written."""
    is_dry: bool = False
    unshown: Mapping[Listing, str] = field(default_factory=dict)
    """Of a dry run, by listing: why less is shown than can be sold."""
    note: str = ""

    def __str__(self) -> str:
        """Return one line for a person to read; a dry run also says what it would write."""
        if self.note:
            return f"{self.channel_id}: {self.note}"
        counts = Counter(str(result.outcome) for result in self.results)
        if self.held:
            return f"{self.channel_id}: held, nothing was written: {self.held}"
        if self.is_dry:
            return "\n".join(
                [f"{self.channel_id}: would write {counts['writing']:,} of {self.listings:,} listings", *self._lines()]
            )
        said = [
            f"{counts[name]:,} {words}"
            for name, words in (
                ("verified", "written and read back"),
                ("moved_since", "written and sold from since"),
                ("changed_meanwhile", "left to the next round"),
                ("refused", "refused"),
            )
            if counts[name]
        ]
        return f"{self.channel_id}: {', '.join(said) if said else 'nothing to write'} (of {self.listings:,} listings)"

    def _lines(self) -> list[str]:
        writing = [result for result in self.results if result.outcome == "writing"]
        lines = [
            f"  {each.availability.sku} {each.availability.listing.place_id}: {each.units_before} -> "
            f"{each.availability.units}{self.unshown.get(each.availability.listing, '')}"
            for each in writing[:SHOWN]
        ]
        return lines + ([f"  and {len(writing) - SHOWN:,} more"] if len(writing) > SHOWN else [])


@dataclass(frozen=True)
class AllPushed:
    """What became of every channel's round."""

    channels: tuple[PushSummary, ...]

    def __str__(self) -> str:
        """Return one line a channel."""
        return "\n".join(str(summary) for summary in self.channels) or "no channel is connected that can be told"


def push_availability(
    settings: Settings,
    *,
    channel_id: str | None = None,
    is_dry: bool = False,
    everything: bool = False,
    allowed_by: str | None = None,
) -> AllPushed:
    """Write what changed to every connected channel (or to one), read it back, and return what became of it.

    Channels are told at the same time, each over connections of its own: one that answers slowly delays no other.

    A round that would empty more than a fifth of a channel's listings, or whose figures stand on an extract that is
    empty, failed or stale, is held before anything is written, and a question put to ``ops.exceptions``.

    Args:
        settings: the installation's.
        channel_id: only this one.
        is_dry: say what would be written, and write nothing, neither there nor here.
        everything: look at every listing, not only at those whose figure changed.
        allowed_by: who lets a held round pass.

    Raises:
        PushError: rounds were held or channels did not answer; the others were told.
    """
    channels = [CHANNELS[channel_id]] if channel_id else list(CHANNELS.values())
    told = [channel for channel in channels if channel.is_told(settings)]

    def tell(channel: Channel) -> PushSummary | str:
        """Return what became of a channel's round, or why it did not come to one."""
        try:
            return _push_channel(settings, channel, is_dry=is_dry, everything=everything, allowed_by=allowed_by)
        except (ChannelError, ExtractionUnderWayError, psycopg.Error) as error:
            return f"{channel.channel_id}: {error}"

    # At the same time: each waits for its own channel, and the last one should not hear of a sale a round later.
    with ThreadPoolExecutor(max(len(told), 1), thread_name_prefix="push") as pool:
        found = list(pool.map(tell, told))
    summaries = [summary for summary in found if isinstance(summary, PushSummary)]
    failures = [str(each) for each in found if isinstance(each, str) or (each.held and not is_dry)]
    pushed = AllPushed(tuple(summaries))
    if failures:
        went = [str(summary) for summary in summaries if not summary.held]
        raise PushError(" | ".join([*failures, *went]))
    return pushed


def _push_channel(
    settings: Settings, channel: Channel, *, is_dry: bool, everything: bool, allowed_by: str | None
) -> PushSummary:
    """Do one channel's round, alone: while it is pushed nobody reads its levels."""
    with connect(settings.warehouse_url) as connection:
        connection.autocommit = True  # what was written to a shop is on record, whatever happens next
        with only_extraction(connection, channel.channel_id):
            note_channels(settings, connection)
            take_in_stock(connection)
            keep_the_order_of_views(connection)
            if not is_built(connection):
                return PushSummary(
                    channel.channel_id, 0, note="nothing is known to push yet; the marts were never built"
                )
            started_at = clock(connection)  # what changes from here on may be missing in what is read next
            listings = count_listings(connection, channel.channel_id)
            targets = read_targets(connection, channel.channel_id, everything=everything)
            if not targets:
                if not is_dry:
                    _answered(connection, channel)
                return PushSummary(channel.channel_id, listings, is_dry=is_dry)
            if channel.push is None:
                raise TypeError(f"{channel.channel_id} cannot be told anything")
            with shared_limits(settings), channel.push(settings) as writer:
                if isinstance(writer, DocumentWriter):
                    writer.go_by(lambda: clock(connection))
                    offered = read_targets(connection, channel.channel_id, everything=True)
                    writer.keep_only([Listing(target.listing_id, target.place_id) for target in offered])
                    targets = offered if writer.is_blank() else targets
                return _round(
                    connection,
                    channel,
                    writer,
                    targets,
                    listings,
                    started_at=started_at,
                    is_dry=is_dry,
                    allowed_by=allowed_by,
                )


def _round(
    connection: psycopg.Connection,
    channel: Channel,
    writer: AvailabilityWriter,
    targets: Sequence[Target],
    listings: int,
    *,
    started_at: datetime,
    is_dry: bool,
    allowed_by: str | None,
) -> PushSummary:
    """Compare, hold or write, and keep what became of it."""
    place_of = {Listing(target.listing_id, target.place_id): target for target in targets}
    wanted = [
        Availability(listing, target.sku, target.units, target.shown_when_counted)
        for listing, target in place_of.items()
    ]
    compared = compare(writer, wanted)
    held = "; ".join(_reasons_to_hold(connection, compared, listings))
    based_on = max(target.based_on_landing_file_id for target in targets)
    if is_dry:
        unshown = _unshown(connection, channel.channel_id, place_of)
        return PushSummary(channel.channel_id, listings, tuple(compared), held=held, is_dry=True, unshown=unshown)
    if held and allowed_by is None:
        open_round(
            connection,
            channel.channel_id,
            state="held",
            started_at=started_at,
            based_on_landing_file_id=based_on,
            listings=listings,
            said=held,
        )
        _ask(connection, channel, held, compared)
        return PushSummary(channel.channel_id, listings, tuple(compared), held=held)
    push_run_id = open_round(
        connection,
        channel.channel_id,
        state="pushing",
        started_at=started_at,
        based_on_landing_file_id=based_on,
        listings=listings,
        allowed_by=allowed_by if held else None,
    )

    differs = [place_of[result.availability.listing] for result in compared if result.outcome == "writing"]
    known = read_known(connection, channel.channel_id, differs)

    def keep(results: Sequence[PushResult]) -> None:
        rows = [_row(result, place_of[result.availability.listing], known) for result in results]
        write_rows(connection, push_run_id, channel.channel_id, rows)

    try:
        settled = [result for result in compared if result.outcome != "writing"]
        keep(settled)
        differing = [result.availability for result in compared if result.outcome == "writing"]
        written = push(writer, differing, key=str(push_run_id), on_record=keep)
    except Exception as error:
        close_round(connection, push_run_id, state="failed", said=str(error))
        raise
    summary = PushSummary(channel.channel_id, listings, (*settled, *written))
    close_round(connection, push_run_id, state="pushed", said=str(summary))
    _answered(connection, channel)
    return summary


def _unshown(connection: psycopg.Connection, channel_id: str, place_of: Mapping[Listing, Target]) -> dict[Listing, str]:
    """Return, by listing, what its channel leaves unshown of what can be sold."""
    skus = sorted({target.sku for target in place_of.values()})
    why = {
        (row.sku, row.location_id): f" ({row.shown_share:.0%} of what can be sold)"
        if row.shown_share is not None
        else f" ({row.buffer_units:,} left unshown)"
        for row in read_buffers(connection, skus=skus)
        if row.channel_id == channel_id and (row.shown_share is not None or row.buffer_units)
    }
    return {
        listing: why[target.sku, target.location_id]
        for listing, target in place_of.items()
        if (target.sku, target.location_id) in why
    }


def _reasons_to_hold(connection: psycopg.Connection, compared: Sequence[PushResult], listings: int) -> list[str]:
    """Return why this round must not be written without a person saying so."""
    snapshots = [
        f"{stream.source}/{stream.name}"
        for channel in CHANNELS.values()
        if isinstance(channel.source, RecordSource)
        for stream in channel.streams
        if stream.mode == "snapshot" and not stream.is_partial
    ]
    reasons = reasons_for_doubt(connection, snapshots=snapshots, now=clock(connection), stale_minutes=STALE_MINUTES)
    emptied = [
        each for each in compared if each.outcome == "writing" and each.units_before and not each.availability.units
    ]
    if len(emptied) > ZEROED_SHARE_LIMIT * listings:
        reasons.append(f"it would set {len(emptied):,} of {listings:,} listings to 0")
    return reasons


def _ask(connection: psycopg.Connection, channel: Channel, held: str, compared: Sequence[PushResult]) -> None:
    """Put the question to a person."""
    writes = sum(result.outcome == "writing" for result in compared)
    raise_exception(
        connection,
        f"{KIND}/{channel.channel_id}",
        kind=KIND,
        subject=channel.name,
        detail=f"{writes:,} figures were not written: {held}",
        mend=f"Is this right? `stockroom push {channel.channel_id} --dry-run` shows it. If it is, let it pass with "
        f"`stockroom push {channel.channel_id} --allow --who NAME`. If not, mend the extract, the next round writes",
    )


def _answered(connection: psycopg.Connection, channel: Channel) -> None:
    """Take the question back: a round went through."""
    resolve_exception(connection, f"{KIND}/{channel.channel_id}")


def _row(result: PushResult, target: Target, known: Mapping[tuple[str, str], datetime]) -> PushRow:
    """Return a result as it is kept."""
    return PushRow(
        listing_id=target.listing_id,
        place_id=target.place_id,
        sku=target.sku,
        location_id=target.location_id,
        units_wanted=target.units,
        units_before=result.units_before,
        units_after=result.units_after,
        outcome=result.outcome,
        said=result.said,
        read_at=result.read_at,
        written_at=result.written_at,
        verified_at=result.verified_at,
        known_at=known.get((target.listing_id, target.place_id)),
    )
