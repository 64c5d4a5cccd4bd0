"""Text messages to shoppers: short, with a way to stop."""

from __future__ import annotations

import re
import unicodedata

from stockroom.documents.mail_message import check_words
from stockroom.documents.shopper_language import Language

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


def restock_text(language: Language, *, shop: str, title: str, url: str) -> str:
    """Return what tells a shopper that a product is back.

    >>> from stockroom.documents.shopper_language import language_of
    >>> restock_text(language_of("en"), shop="Gifts", title="Lantern", url="http://x.example/go")
    'Gifts: Lantern is back. http://x.example/go Reply STOP to end, HELP for help.'
    """
    return _words(language, "sms.restock", shop=_plain(shop), title=_plain(title), url=url)


def confirm_text(language: Language, *, shop: str, title: str, url: str) -> str:
    """Return what asks the owner of a number whether they want to be told."""
    return _words(language, "sms.confirm", shop=_plain(shop), title=_plain(title), url=url)


def help_text(language: Language, *, shop: str, address: str) -> str:
    """Return the answer to HELP."""
    return _words(language, "sms.help", shop=_plain(shop), address=address)


def _words(language: Language, name: str, **values: str) -> str:
    """Return a sentence; where there is no link, no blank stands for it."""
    return " ".join(language.say(name, 0, **values).split())


def _plain(words: str) -> str:
    """Return words that cannot be taken for a line or a link of ours, cut to what a text has room for."""
    check_words("title", words)
    words = words.replace("://", " ")
    return words if len(words) <= _TITLE_AT_MOST else words[: _TITLE_AT_MOST - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"
