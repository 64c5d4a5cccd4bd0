"""What stands beside the button: the words somebody agrees to, by locale and version.

A text that was shown is evidence: changed words get a new version, and the old text moves to ``EARLIER``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stockroom.documents.shopper_language import languages


@dataclass(frozen=True)
class Wording:
    """The words of one form."""

    version: str
    consent: str
    marketing: str

    @property
    def locale(self) -> str:
        """Return the language that its version begins with."""
        return self.version.partition("-")[0]


EARLIER: tuple[Wording, ...] = ()
"""Texts that were shown once; never removed, and still taken from pages that browsers have kept."""


def wordings(folder: Path = Path()) -> Mapping[str, Wording]:
    """Return what each language's form says; ``folder`` as ``STOCKROOM_SHOPPER_WORDS_DIR`` has it."""
    return {
        name: Wording(*(str(one.sentences[f"consent.{part}"]) for part in ("version", "consent", "marketing")))
        for name, one in languages(folder).items()
    }


WORDINGS = wordings()
"""The product's own; browsers may still show them where a merchant has put them otherwise since."""
