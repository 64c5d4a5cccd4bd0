"""Look at all shops before anything is pushed: where stock comes from, what exists where, where channels differ."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg

from stockroom.channels import CHANNELS, Channel, ChannelError
from stockroom.channels.channel import DocumentWriter, Listing
from stockroom.channels.push import Availability, compare
from stockroom.delivery.folder import write_whole
from stockroom.documents.audit import (
    Audit,
    AuditChannel,
    AuditFigure,
    AuditItem,
    AuditPlace,
    AuditSku,
    audit_csv,
    audit_text,
)
from stockroom.jobs.note_channels import note_channels
from stockroom.jobs.share_limits import shared_limits
from stockroom.settings import Settings, SettingsError
from stockroom.warehouse import connect
from stockroom.warehouse.audits import CatalogueFact, landed_at, read_catalogues, read_odd_items, read_places, read_skus
from stockroom.warehouse.extraction import clock
from stockroom.warehouse.pushes import is_built, keep_the_order_of_views, read_targets


@dataclass(frozen=True)
class ShopAudited:
    """What was found, and the file that holds every line of it."""

    audit: Audit
    file: Path

    def __str__(self) -> str:
        """Return the audit, and where the rest of it is."""
        return f"{audit_text(self.audit)}\nevery line of it: {self.file}"


def audit_shop(settings: Settings, *, now: datetime) -> ShopAudited:
    """Return what is known of each place and catalogue, and what each channel shows of it right now.

    Nothing is written to any channel or to the warehouse. A channel that cannot be asked keeps no other from it.

    Raises:
        SettingsError: the marts were never built, so nothing is known.
    """
    with connect(settings.warehouse_url) as connection:
        connection.autocommit = True  # nothing stays open while the channels talk
        if not is_built(connection):
            raise SettingsError("nothing is known yet; `stockroom sync` each channel and `stockroom build` first")
        note_channels(settings, connection)
        keep_the_order_of_views(connection)
        audit = Audit(
            places=[AuditPlace(*place) for place in read_places(connection)],
            skus=[AuditSku(*sku) for sku in read_skus(connection)],
            items=[
                AuditItem(item.finding, item.channel_id, item.listing_id, item.sku or "", item.title or "")
                for item in read_odd_items(connection)
            ],
            channels=[_asked(settings, connection, fact) for fact in read_catalogues(connection)],
            now=now,
        )
    file = settings.documents_dir / "audit" / audit.file_name
    write_whole(file, audit_csv(audit))
    return ShopAudited(audit, file)


def _asked(settings: Settings, connection: psycopg.Connection, fact: CatalogueFact) -> AuditChannel:
    """Return what a channel shows of each of its listings, beside what is there."""
    try:
        figures = _figures(settings, connection, CHANNELS[fact.channel_id])
    except ChannelError as error:
        return AuditChannel(*fact, figures=(), not_asked=f"could not be asked: {error}")
    return AuditChannel(*fact, figures=figures)


def _figures(settings: Settings, connection: psycopg.Connection, channel: Channel) -> list[AuditFigure]:
    if channel.push is None or not channel.is_told(settings):
        return []
    targets = {
        Listing(target.listing_id, target.place_id): target
        for target in read_targets(connection, channel.channel_id, everything=True)
    }
    if not targets:
        return []
    read = landed_at(connection, sorted({target.based_on_landing_file_id for target in targets.values()}))
    wanted = [Availability(listing, target.sku, target.units) for listing, target in targets.items()]
    asked_at = clock(connection)  # not the channel's clock: beside it stands how old our own figures are
    with shared_limits(settings), channel.push(settings) as writer:
        if isinstance(writer, DocumentWriter):
            writer.go_by(lambda: clock(connection))
        compared = compare(writer, wanted)
    return [
        AuditFigure(
            channel_id=channel.channel_id,
            sku=target.sku,
            listing_id=target.listing_id,
            place_id=target.place_id,
            location_id=target.location_id,
            units_shown=result.units_before,
            shown_at=asked_at,
            units_known=target.units,
            known_at=read.get(target.based_on_landing_file_id),
        )
        for result in compared
        for target in [targets[result.availability.listing]]
    ]
