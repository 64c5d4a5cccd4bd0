"""Each language says everything, a merchant's words fill in what ours do, and readers get their country's form."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.documents.test_restock_mail import MAIL, body, parsed

from stockroom.documents.shopper_language import (
    ENGLISH,
    language_of,
    languages,
    preferred_language,
    problems_of,
    read_language,
)
from stockroom.documents.sorry_mail import Alternative, SorryMail, sorry_mail_bytes
from stockroom.settings import SettingsError

OURS = languages()
ENGLISH_FILE = (Path(__file__).parents[2] / "include/stockroom/documents/shopper_words/en.toml").read_bytes()


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_language_says_every_sentence_with_the_same_values(name: str) -> None:
    assert list(problems_of(OURS[name], OURS[ENGLISH].sentences)) == []
    assert {ENGLISH, "de"} <= OURS.keys()


def test_every_sentence_that_is_said_is_there_and_every_one_that_is_there_is_said() -> None:
    package = Path(__file__).parents[2] / "include/stockroom"
    sources = [*package.rglob("*.py"), *package.rglob("templates/*.html"), *package.rglob("templates/*.txt")]
    quoted = {words for path in sources for words in re.findall(r'"([a-z_.]+)"', path.read_text())}
    sentences, sections = OURS[ENGLISH].sentences, {name.partition(".")[0] for name in OURS[ENGLISH].sentences}
    said = {words for words in quoted if words.partition(".")[0] in sections and "." in words}
    assert {words for words in said if not words.endswith((".", ".html", ".txt", ".sql"))} <= sentences.keys()
    chosen = ("problem", "place_page", "unsubscribe_page", "consent", "form")  # of these a value picks the sentence
    assert {
        name
        for name in sentences.keys() - said
        if not (name.partition(".")[0] in chosen and name.partition(".")[2] in quoted)
    } == set()


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ('[restock_mail]\nsubject = "Back!"', "restock_mail.subject has to fill in title"),
        ('[restock_mail]\nsubject = "{title.__class__}"', "restock_mail.subject has to fill in title"),
        ('[restock_mail]\nsubject = "{title!r}"', "restock_mail.subject has to fill in title"),
        ('[restock_mail]\nsubject = "{title} {"', "restock_mail.subject has to fill in title"),
        ('[restock_mail]\nsubject = "{title}\\nBcc: x"', "restock_mail.subject is no line of text"),
        ('[restock_mail]\nsubject = "{title} {number}"', "restock_mail.subject has to fill in title"),
        ("[restock_mail]\nsubject = 1", "restock_mail.subject is no line of text"),
        ('[restock_mail]\nsubjekt = "{title}"', "restock_mail.subjekt is no sentence of ours"),
        ('[place_page]\nothers = "{number}"', "place_page.others needs the forms one, other"),
        ('[consent]\nconsent = "All yours."', "under the same version"),
        ('[consent]\nversion = "de-2027"', "consent.version has to begin with en-"),
        ("subject = 1", "subject is no section"),
        ("=", "en.toml: "),
        ('locale = "klingon"', "correct the file"),
    ],
    ids=range(14),
)
def test_words_that_cannot_be_used_are_named_with_their_file(tmp_path: Path, words: str, problem: str) -> None:
    (tmp_path / "en.toml").write_text(words)
    with pytest.raises(SettingsError, match=r"en\.toml") as caught:
        languages(tmp_path)
    assert problem in str(caught.value)


def test_a_merchant_puts_one_sentence_otherwise_and_the_rest_stays(tmp_path: Path) -> None:
    (tmp_path / "de.toml").write_text('[restock_mail]\nsubject = "Juhu, {title}!"')
    german = language_of("de", folder=tmp_path)
    assert german.say("restock_mail.subject", title="Laterne {x}") == "Juhu, Laterne {x}!"
    assert german.say("restock_mail.heading") == "Es ist wieder da"
    assert language_of("en", folder=tmp_path).say("restock_mail.heading") == "It is back in stock"


def test_a_language_that_is_added_says_everything_or_is_refused(tmp_path: Path) -> None:
    (tmp_path / "fr.toml").write_text('[form]\nbutton = "Me prévenir"')
    with pytest.raises(SettingsError, match=r"fr\.toml: \S+ is missing"):
        languages(tmp_path)


def test_a_language_from_right_to_left_turns_mails_and_keeps_names_in_their_own_direction() -> None:
    arabic = read_language("ar", ENGLISH_FILE.replace(b'"en_GB"', b'"ar_EG"'), {})
    mail = SorryMail(
        MAIL.head, "Lamp", False, (Alternative("Lamp & oil", "1", "http://x.example", "http://y"),), "", ""
    )
    page = sorry_mail_bytes(mail, arabic).decode()
    assert '<html lang=3D"ar" dir=3D"rtl">' in page
    assert "padding-left:14px" in page
    assert "<bdi><strong>Lamp</strong></bdi>" in page.replace("=\r\n", "")


def test_a_mail_is_in_the_language_of_its_reader_with_its_countrys_money() -> None:
    german = parsed(MAIL, language_of("de", "AT"))
    assert german["Subject"] == "Wieder da: Red & white <lantern>"
    assert "Preis: £\N{NO-BREAK SPACE}3,75" in body(german, "plain")
    assert 'lang="de" dir="ltr"' in body(german, "html")
    assert "In den Warenkorb" in body(german, "html")


def test_numbers_choose_the_form_that_their_language_has_for_them() -> None:
    said = [language_of("de").say("place_page.before", number=number) for number in (1, 2, 1234)]
    assert said == ["1 Person ist vor Ihnen", "2 Personen sind vor Ihnen", "1.234 Personen sind vor Ihnen"]


def test_a_browser_names_languages_in_any_order_and_nonsense_is_english() -> None:
    assert preferred_language("fr, en;q=0.4, de-CH;q=0.9").name == "de"
    assert {preferred_language(text).name for text in ("", ";;q=9", "de;q=x", "*")} == {"en"}


def test_days_and_money_are_written_as_the_country_of_the_reader_writes_them() -> None:
    assert language_of("en", "DE").money(Decimal("3.5"), "EUR") == "3,50\N{NO-BREAK SPACE}€"
    assert language_of("de", "GB").money(Decimal("3.5"), "GBP") == "3,50\N{NO-BREAK SPACE}£", (
        "no German is written there"
    )
    assert language_of("en").days(date(2011, 12, 30), date(2012, 1, 2)) == "30 December\N{EN DASH}2 January"
