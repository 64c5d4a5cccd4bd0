"""HTML pages from the templates beside this file: everything that comes from data is escaped."""

from __future__ import annotations

from collections.abc import Callable

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from stockroom.documents import formats


def page_template(name: str, **filters: Callable[..., str]) -> Template:
    """Return a page's template; ``filters`` are its own beside, or instead of, money, count and long_day."""
    environment = Environment(
        loader=PackageLoader("stockroom.documents"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    usual = {"money": formats.money, "count": formats.count, "long_day": formats.long_day}
    environment.filters |= {**usual, **filters}
    return environment.get_template(name)
