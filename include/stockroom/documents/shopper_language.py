"""What shoppers read, in their language: a file of sentences each, whose words a merchant may put otherwise."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib import resources
from pathlib import Path
from string import Formatter

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton
from babel.numbers import format_currency, format_decimal
from markupsafe import Markup, escape

from stockroom.documents.mail_message import CONTROL
from stockroom.settings import SettingsError

ENGLISH = "en"
NUMBER = "number"
"""The name that a sentence counts by; a form of it may leave it out ("1 other waits")."""
Sentence = str | Mapping[str, str]
"""One sentence, or one for each kind of number that the language tells apart."""


@dataclass(frozen=True)
class Language:
    """The words of one language, and how a reader's country writes amounts and days."""

    name: str
    """As a page's ``lang`` has it."""
    locale: Locale
    sentences: Mapping[str, Sentence]

    @property
    def direction(self) -> str:
        """Return ``ltr`` or ``rtl``, as a page's ``dir`` has it."""
        return str(self.locale.text_direction)

    @property
    def end(self) -> str:
        """Return the side on which a line ends; mail programs do not know it by that name."""
        return "left" if self.direction == "rtl" else "right"

    def say(self, name: str, number: int = 0, **values: object) -> str:
        """Return a sentence with its values filled in; ``number`` chooses the form of one that counts."""
        return self._sentence(name, number).format(**values, number=self.count(number))

    def html(self, name: str, number: int = 0, **values: object) -> Markup:
        """Return a sentence as HTML; what is filled in is escaped, and reads in its own direction."""
        shown = {one: Markup("<bdi>{}</bdi>").format(value) for one, value in values.items()}
        return escape(self._sentence(name, number)).format(**shown, number=self.count(number))

    def count(self, number: int) -> str:
        """Return a number of things."""
        return str(format_decimal(number, locale=self.locale))

    def money(self, amount: Decimal, currency: str) -> str:
        """Return an amount with its currency."""
        return str(format_currency(amount, currency, locale=self.locale))

    def days(self, first: date, last: date) -> str:
        """Return a run of days.

        >>> english, german = language_of("en"), language_of("de")
        >>> english.days(date(2011, 7, 12), date(2011, 7, 19)), german.days(date(2011, 7, 28), date(2011, 8, 3))
        ('12\N{EN DASH}19 July', '28. Juli\N{EN DASH}3. August')
        >>> language_of("en", "US").days(date(2011, 7, 12), date(2011, 7, 19))
        'July 12\N{EN DASH}19'
        >>> english.days(date(2011, 7, 12), date(2011, 7, 12))
        '12 July'
        """
        start, end = (str(format_skeleton("MMMMd", one, locale=self.locale)) for one in (first, last))
        if first == last:
            return end
        if (first.year, first.month) == (last.year, last.month):  # the month is said once
            month = self.locale.months["format"]["wide"][first.month]
            start, end = (start, _without(end, month)) if start.startswith(month) else (_without(start, month), end)
        return f"{start}\N{EN DASH}{end}"

    def _sentence(self, name: str, number: int) -> str:
        found = self.sentences[name]
        return found if isinstance(found, str) else found[self.locale.plural_form(number)]


def language_of(name: str, country: str = "", *, folder: Path = Path()) -> Language:
    r"""Return a language as a country writes it; English where we do not have it.

    >>> [language_of("de", country).money(Decimal("1234.5"), "EUR") for country in ("", "AT")]
    ['1.234,50\xa0€', '€\xa01.234,50']
    >>> language_of("tlh").name
    'en'
    """
    known = languages(folder)
    return _of_country(known.get(name, known[ENGLISH]), country)


def preferred_language(accepted: str, *, folder: Path = Path()) -> Language:
    """Return the language that a browser's ``Accept-Language`` asks for first, of those that we have.

    >>> preferred_language("fr-FR,de;q=0.8,en;q=0.5").name, preferred_language("*").name
    ('de', 'en')
    """
    weighted = [
        (-float(found[2] or 1), found[1].lower())
        for part in accepted[:200].split(",")
        if (found := re.fullmatch(r"\s*([A-Za-z]{2,3})(?:-[A-Za-z0-9-]*)?\s*(?:;\s*q=([01](?:\.\d{1,3})?))?\s*", part))
    ]
    known = languages(folder)
    return next((known[name] for _, name in sorted(weighted) if name in known), known[ENGLISH])


@functools.cache
def languages(folder: Path = Path()) -> Mapping[str, Language]:
    """Return every language that shoppers are spoken to in; ``folder`` holds what a merchant puts otherwise, or adds.

    Raises:
        SettingsError: a file there cannot be used; it names file, sentence and mend.
    """
    ours = {name: read_language(name, content, {}) for name, content in _shipped()}
    if folder == Path():
        return ours
    english, added = ours[ENGLISH].sentences, dict(ours)
    for path in sorted(folder.glob("*.toml")):
        base = ours[path.stem].sentences if path.stem in ours else {}
        added[path.stem] = _checked(read_language(path.stem, path.read_bytes(), base), english, str(path))
    return added


def read_language(name: str, content: bytes, base: Mapping[str, Sentence]) -> Language:
    """Return the language that a TOML file holds, on top of the sentences of ``base``.

    Raises:
        SettingsError: no TOML, or no locale that is known.
    """
    where = f"STOCKROOM_SHOPPER_WORDS_DIR: {name}.toml"
    try:
        given = tomllib.loads(content.decode("utf-8"))
        locale = Locale.parse(given.pop("locale", name))
    except (UnicodeError, tomllib.TOMLDecodeError, UnknownLocaleError, ValueError) as error:
        raise SettingsError(f"{where}: {error}; correct the file") from error
    said = {f"{section}.{key}": text for section, texts in given.items() for key, text in _table(where, section, texts)}
    version = said.get("consent.version", base.get("consent.version"))
    if version == base.get("consent.version", "") and any(name.startswith("consent.") for name in said):
        raise SettingsError(f"{where}: [consent] has other words under the same version; give it a version of its own")
    return Language(name, locale, {**base, **said})


def _table(where: str, section: str, texts: object) -> Iterable[tuple[str, Sentence]]:
    if not isinstance(texts, dict):
        raise SettingsError(f"{where}: {section} is no section; sentences stand below a [section]")
    return texts.items()


def _checked(language: Language, english: Mapping[str, Sentence], where: str) -> Language:
    for problem in problems_of(language, english):
        raise SettingsError(f"STOCKROOM_SHOPPER_WORDS_DIR: {where}: {problem}")
    return language


def problems_of(language: Language, english: Mapping[str, Sentence]) -> Iterable[str]:
    """Yield what is wrong with a language: sentences that are missing, unknown, or that fill in other names."""
    said = language.sentences
    yield from (f"{name} is missing; say it too" for name in sorted(english.keys() - said.keys()))
    yield from (f"{name} is no sentence of ours; remove it" for name in sorted(said.keys() - english.keys()))
    kinds = {*language.locale.plural_form.tags, "other"}
    for name in sorted(english.keys() & said.keys()):
        counts, one = isinstance(english[name], Mapping), said[name]
        may_count = {NUMBER} if counts else set()
        if counts != isinstance(one, Mapping) or (isinstance(one, Mapping) and one.keys() != kinds):
            yield f"{name} needs {'the forms ' + ', '.join(sorted(kinds)) if counts else 'one sentence'}"
            continue
        for text in _texts(one):
            wanted = set().union(*(_names(each) for each in _texts(english[name])))
            if not isinstance(text, str) or not text.strip() or CONTROL.search(text):
                yield f"{name} is no line of text; write one"
            elif _names(text) - may_count != wanted - may_count:
                yield f"{name} has to fill in {', '.join(sorted(wanted)) or 'nothing'}, each as {{name}}, and no more"
    version = said.get("consent.version", "")
    if not isinstance(version, str) or not re.fullmatch(rf"{re.escape(language.name)}-[A-Za-z0-9.-]{{1,40}}", version):
        yield f"consent.version has to begin with {language.name}-"


def _without(day: str, month: str) -> str:
    return day.replace(month, "").strip()


def _names(text: object) -> set[str]:
    """Return what a sentence fills in; what is more than a name (an attribute, a format) is no name of ours."""
    try:
        parts = list(Formatter().parse(str(text)))
    except ValueError:
        return {"a brace without its other half"}
    return {
        name if not spec and conversion is None else f"{name}!"
        for _, name, spec, conversion in parts
        if name is not None
    }


def _texts(sentence: Sentence) -> tuple[str, ...]:
    return tuple(sentence.values()) if isinstance(sentence, Mapping) else (sentence,)


def _of_country(language: Language, country: str) -> Language:
    """Return a language with the country's way of writing, where that language is written there."""
    if not re.fullmatch("[A-Za-z]{2}", country):  # it comes from outside
        return language
    try:
        locale = Locale.parse(f"{language.name}_{country.upper()}")
    except (UnknownLocaleError, ValueError):
        return language
    return Language(language.name, locale, language.sentences)


def _shipped() -> Iterable[tuple[str, bytes]]:
    files = resources.files("stockroom.documents").joinpath("shopper_words").iterdir()
    return ((one.name.removesuffix(".toml"), one.read_bytes()) for one in files if one.name.endswith(".toml"))
