"""Text messages to shoppers: short, with a way to stop."""

from __future__ import annotations

import re
import unicodedata

from stockroom.documents.mail_message import check_words

_TITLE_AT_MOST = 50
STOP, START, HELP = "stop", "start", "help"
_STOP_ANYWHERE = frozenset({"stop", "stopp", "stopall", "arret", "unsubscribe", "optout", "revoke"})
_STOP_ALONE = frozenset({"cancel", "end", "quit"})
"""Words of other sentences too."""
_START_ALONE = frozenset({"start", "unstop", "yes"})
_HELP_FIRST = frozenset({"help", "info", "hilfe", "aide"})


def read_wish(words: str) -> str:
    """Return what an answer to a text asks for: to stop, to start again, for help, or nothing.

    Whoever wants to stop is heard however they write it; that somebody else is taken for one of them does less harm.

    >>> [read_wish(words) for words in ("STOP", "Please stop!", "opt-out", "Arr\u00eat", "START", "Help me", "Thanks")]
    ['stop', 'stop', 'stop', 'stop', 'start', 'help', '']
    """
    letters = "".join(one for one in unicodedata.normalize("NFKD", words).casefold() if not unicodedata.combining(one))
    said = re.findall(r"[^\W\d_]+", letters)
    as_one = "".join(said)
    if not _STOP_ANYWHERE.isdisjoint({*said, as_one}) or as_one in _STOP_ALONE:
        return STOP
    if as_one in _START_ALONE:
        return START
    return HELP if said and said[0] in _HELP_FIRST else ""


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
