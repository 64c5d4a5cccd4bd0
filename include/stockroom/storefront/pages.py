"""The storefront's own pages: plain HTML, no script, everything that comes from data escaped."""

from __future__ import annotations

import functools
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined

from stockroom.documents.shopper_language import Language


def page(template: str, language: Language, **words: object) -> str:
    """Return a page of this package with its words, in a language."""
    return _templates().get_template(template).render(words, language=language, say=language.say)


@functools.cache
def style() -> bytes:
    """Return the style of all pages."""
    return resources.files(__package__).joinpath("templates/style.css").read_bytes()


@functools.cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("stockroom.storefront"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
