"""Choose which SKUs are live: pushed to shops, ordered, announced. The others are planned, shown, and only watched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stockroom.settings import Settings, SettingsError
from stockroom.warehouse import connect
from stockroom.warehouse.cohorts import By, Cohort, Switched, is_known, read_cohort, switch, top_skus, unknown_skus

NAMED = 10
LIST_BYTES = 20_000_000
NOT_BUILT = "the marts were never built, so no SKU is known; `stockroom sync` each channel and `stockroom build` first"


@dataclass(frozen=True)
class CohortSwitched:
    """What a choice changed."""

    choice: str
    switched: Switched

    def __str__(self) -> str:
        """Return one line for a person to read."""
        now = f"{self.switched.live_skus:,} SKUs are live, {self.switched.watched_skus:,} only watched ({self.choice})"
        if not self.switched.is_new:
            return f"{now}; as before, nothing is changed"
        turned = f"{self.switched.turned_live:,} turned live, {self.switched.turned_watched:,} watched"
        base = (
            " What turned live is counted from the level that the shop shows now." if self.switched.turned_live else ""
        )
        return f"{now}; {turned}. Pushes and notices go by it at once, orders from the next plan on.{base}"


def show_cohort(settings: Settings) -> str:
    """Return which choice holds, in a line."""
    with connect(settings.warehouse_url) as connection:
        found: Cohort | None = read_cohort(connection) if is_known(connection) else None
    if found is None:
        return "all SKUs are live; nobody chose otherwise"
    return (
        f"{found.live_skus:,} SKUs are live, {found.watched_skus:,} only watched: {found.choice}, "
        f"chosen by {found.who} on {found.chosen_at:%Y-%m-%d %H:%M}"
    )


def all_live(settings: Settings, *, who: str) -> CohortSwitched:
    """Make every SKU live, also those that appear later."""
    return _switched(settings, None, choice="all", who=who)


def top_live(settings: Settings, *, share: float, by: By, who: str) -> CohortSwitched:
    """Make the best share of the SKUs on sale live, as the newest marts show them, until somebody chooses anew.

    Raises:
        SettingsError: this is no share, or the marts were never built.
    """
    if not 0 < share <= 1:
        raise SettingsError(f"{share:.0%} of the SKUs cannot be live; give a share above 0% and up to 100%")
    with connect(settings.warehouse_url) as connection:
        if not is_known(connection):
            raise SettingsError(NOT_BUILT)
        skus = top_skus(connection, share=share, by=by)
    return _switched(settings, skus, choice=f"top {share * 100:g} % by {by}", who=who)


def listed_live(settings: Settings, file: Path, *, who: str) -> CohortSwitched:
    """Make the SKUs of a file live: one a line, ``#`` begins a remark.

    Raises:
        SettingsError: the file cannot be read, names nothing, or names a SKU that no catalogue knows.
    """
    skus = _read_list(file)
    return _switched(settings, skus, choice=f"{len(skus):,} SKUs of {file.name}", who=who)


def _switched(settings: Settings, skus: Sequence[str] | None, *, choice: str, who: str) -> CohortSwitched:
    with connect(settings.warehouse_url) as connection:
        if not is_known(connection):
            raise SettingsError(NOT_BUILT)
        if unknown := unknown_skus(connection, skus or ()):
            named = ", ".join(unknown[:NAMED])
            raise SettingsError(f"no catalogue knows {len(unknown):,} of these SKUs: {named}; nothing was changed")
        return CohortSwitched(choice, switch(connection, skus, choice=choice, who=who))


def _read_list(file: Path) -> list[str]:
    """Return the SKUs of a file, each once."""
    try:
        if file.stat().st_size > LIST_BYTES:
            raise SettingsError(f"{file} has more than {LIST_BYTES:,} bytes; it is no list of SKUs")
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {error}; give a text file with one SKU a line") from error
    skus = [line.partition("#")[0].strip().upper() for line in lines]
    if not any(skus):
        raise SettingsError(f"{file} names no SKU; write one a line, or switch all of them with --all")
    return list(dict.fromkeys(sku for sku in skus if sku))
