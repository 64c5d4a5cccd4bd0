"""What the form says to whoever filled it: what to mend, and that it was taken. Unlike the consent no evidence."""

from __future__ import annotations

FORM_WORDS = {
    "en": {
        "wording": "The page is out of date. Please load it again.",
        "no_address": "Please give an e-mail address or a mobile number.",
        "email": "Please check the e-mail address, such as name@mail.example.",
        "phone": "Please check the mobile number, such as +44 7700 900123.",
        "quantity": "Please give a number from 1 to 99.",
        "taken": "Nearly there",
        "back": "Back to the shop",
    },
    "de": {
        "wording": "Die Seite ist veraltet. Bitte laden Sie sie neu.",
        "no_address": "Bitte geben Sie eine E-Mail-Adresse oder eine Mobilnummer an.",
        "email": "Bitte prüfen Sie die E-Mail-Adresse, zum Beispiel name@mail.example.",
        "phone": "Bitte prüfen Sie die Mobilnummer, zum Beispiel +49 151 23456789.",
        "quantity": "Bitte geben Sie eine Zahl von 1 bis 99 an.",
        "taken": "Fast geschafft",
        "back": "Zurück zum Shop",
    },
}
"""By locale, as consents have them."""


def form_words(name: str, locale: str) -> str:
    """Return a sentence in a locale, in English where we have none."""
    return FORM_WORDS.get(locale, FORM_WORDS["en"])[name]
