"""Text messages to shoppers: short, with a way to stop."""

from __future__ import annotations

from stockroom.documents.mail_message import check_words

_TITLE_AT_MOST = 50
STOP_WORDS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit"})
START_WORDS = frozenset({"start", "unstop", "yes"})
HELP_WORDS = frozenset({"help", "info"})


def restock_text(*, shop: str, title: str, url: str) -> str:
    """Return what tells a shopper that a product is back.

    >>> restock_text(shop="Gifts", title="Lantern", url="http://x.example/go")
    'Gifts: Lantern is back. http://x.example/go Reply STOP to end, HELP for help.'
    """
    return f"{_plain(shop)}: {_plain(title)} is back.{_link(url)} Reply STOP to end, HELP for help."


def confirm_text(*, shop: str, title: str, url: str) -> str:
    """Return what asks the owner of a number whether they want to be told."""
    return f"{_plain(shop)}: shall we text you when {_plain(title)} is back? Confirm:{_link(url)} Not you? Do nothing."


def help_text(*, shop: str, address: str) -> str:
    """Return the answer to HELP."""
    return f"{_plain(shop)} texts you once when a product you asked for is back. Help: {address}. Reply STOP to end."


def _link(url: str) -> str:
    return f" {url}" if url else ""


def _plain(words: str) -> str:
    """Return words that cannot be taken for a line or a link of ours, cut to what a text has room for."""
    check_words("title", words)
    words = words.replace("://", " ")
    return words if len(words) <= _TITLE_AT_MOST else words[: _TITLE_AT_MOST - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"
