"""What an extract did, as a result and as one line."""

from __future__ import annotations

from dataclasses import dataclass

from stockroom.warehouse.load import LoadSummary

NAMED = 10
"""Files of one kind that a line names."""


class ExtractionError(RuntimeError):
    """Some streams of a source could not be extracted; the others were. The message names each with its reason."""


@dataclass(frozen=True)
class StreamExtracted:
    """What came of one stream."""

    stream: str
    files: int = 0
    """Landing files loaded."""
    loaded: int = 0
    """Rows stored in raw."""
    rejected: int = 0
    """Lines put aside with their reason."""
    unchanged: int = 0
    """Documents of a snapshot stream that say nothing new."""

    def and_also(self, summary: LoadSummary) -> StreamExtracted:
        """Return the sum of this and one more file."""
        return StreamExtracted(
            self.stream,
            self.files + (not summary.skipped),
            self.loaded + summary.loaded,
            self.rejected + summary.rejected,
            self.unchanged + summary.unchanged,
        )

    def __str__(self) -> str:
        return f"{self.stream} {self.loaded:,}{f' ({self.rejected:,} rejected)' if self.rejected else ''}"


@dataclass(frozen=True)
class SourceExtracted:
    """What came of one source."""

    source: str
    streams: tuple[StreamExtracted, ...]
    waiting: tuple[str, ...] = ()
    """Files that somebody is still writing: the next round takes them."""
    refused: tuple[str, ...] = ()
    """Files that could not be read at all; ``raw.rejected_records`` holds the reason."""
    unrecognised: tuple[str, ...] = ()
    """Files whose names say nothing to us."""
    unreached: tuple[str, ...] = ()
    """Pages whose server did not hand them out."""
    answered: tuple[str, ...] = ()
    """Files that were written in answer to what came."""

    @property
    def loaded(self) -> int:
        """Return the rows stored, over all streams."""
        return sum(stream.loaded for stream in self.streams)

    @property
    def rejected(self) -> int:
        """Return the lines put aside, over all streams."""
        return sum(stream.rejected for stream in self.streams)

    def __str__(self) -> str:
        """Return one line for a person to read."""
        new = [str(stream) for stream in self.streams if stream.loaded or stream.rejected]
        parts = [f"{self.source}: {', '.join(new) if new else 'nothing new'}"]
        for files, what in (
            (self.refused, "unreadable"),
            (self.waiting, "still being written"),
            (self.unrecognised, "of unknown name"),
            (self.unreached, "out of reach"),
            (self.answered, "answered with"),
        ):
            if files:
                more = f" and {len(files) - NAMED:,} more" if len(files) > NAMED else ""
                parts.append(f"{what}: {', '.join(files[:NAMED])}{more}")
        return "; ".join(parts)
