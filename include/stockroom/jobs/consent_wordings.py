"""What stands beside the button: the words somebody agrees to, by locale and version.

A text that was shown is evidence: changed words get a new version, and the old text moves to ``EARLIER``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wording:
    """The words of one form."""

    version: str
    consent: str
    marketing: str
    email: str
    phone: str
    quantity: str
    button: str
    heading: str
    asked: str
    """What everybody is told afterwards, whether the address is known or not."""
    failed: str

    @property
    def locale(self) -> str:
        """Return the language that its version begins with."""
        return self.version.partition("-")[0]


WORDINGS = {
    "en": Wording(
        version="en-2026-11",
        consent="We use this address to tell you once when this product is back, and delete it within 30 days of"
        " that. We ask you to confirm it first. You can stop at any time.",
        marketing="Also send me news and offers",
        email="E-mail address",
        phone="Mobile number, for a text message (optional)",
        quantity="How many would you like?",
        button="Tell me when it is back",
        heading="Out of stock: shall we tell you?",
        asked="Thank you. Please look into your mail or texts and confirm; then you are in line.",
        failed="That did not work. Please try again in a minute.",
    ),
    "de": Wording(
        version="de-2026-11",
        consent="Wir nutzen diese Adresse, um Ihnen einmal zu sagen, dass dieses Produkt wieder da ist, und löschen sie"
        " binnen 30 Tagen danach. Zuvor bitten wir Sie, sie zu bestätigen. Sie können jederzeit widerrufen.",
        marketing="Schicken Sie mir auch Neuigkeiten und Angebote",
        email="E-Mail-Adresse",
        phone="Mobilnummer, für eine SMS (freiwillig)",
        quantity="Wie viele möchten Sie?",
        button="Sagt mir Bescheid",
        heading="Ausverkauft: Sollen wir Bescheid sagen?",
        asked="Danke. Bitte bestätigen Sie in Ihren Mails oder SMS; dann stehen Sie in der Reihe.",
        failed="Das hat nicht geklappt. Bitte versuchen Sie es in einer Minute noch einmal.",
    ),
}
EARLIER: tuple[Wording, ...] = ()
"""Texts that were shown once; never removed, and still taken from pages that browsers have kept."""
