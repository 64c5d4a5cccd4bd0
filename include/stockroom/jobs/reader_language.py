"""Find the language for whoever reads a message or a page: the one in which they asked."""

from __future__ import annotations

import psycopg

from stockroom.delivery.signed_tokens import subject_of
from stockroom.documents.shopper_language import Language, language_of, preferred_language
from stockroom.settings import Settings
from stockroom.warehouse.restock_readers import Reader, read_reader


def language_for(settings: Settings, reader: Reader) -> Language:
    """Return the language of a reader, as their country writes it."""
    return language_of(reader.language, reader.country, folder=settings.shopper_words_dir)


def request_language(settings: Settings, connection: psycopg.Connection, request_id: str) -> Language:
    """Return the language in which a request was made."""
    return language_for(settings, read_reader(connection, request_id))


def token_language(
    settings: Settings, connection: psycopg.Connection, token: str, *, purpose: str, accepted: str
) -> Language:
    """Return the language for the page behind a signed link; the browser's where the token or its request says none."""
    subject = subject_of(token, purpose=purpose, secret=settings.storefront_secret)
    reader = read_reader(connection, subject.rpartition(":")[2]) if subject else Reader()
    if not reader.language:
        return preferred_language(accepted, folder=settings.shopper_words_dir)
    return language_for(settings, reader)
