"""Tell those who are on call that a task has failed for good, or that a run is late."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from stockroom.delivery.folder import write_whole
from stockroom.delivery.mails import Mail, open_mail_way
from stockroom.delivery.providers import NoSuchRecipientError, UnreachableProviderError, UnsentError, UnsureError
from stockroom.documents.mail_message import MailHead, check_words, mail_bytes, mail_file_name
from stockroom.settings import Settings

FOLDER = "alarms"


@dataclass(frozen=True)
class Alarm:
    """What is wrong."""

    about: str
    """What it is about: of that, people hear once an hour, however often it happens."""
    subject: str
    text: str


@dataclass(frozen=True)
class Sounded:
    """How many heard of an alarm, how many had within the hour, and who could not be reached."""

    told: int
    known: int
    unreached: tuple[str, ...]

    def __str__(self) -> str:
        """Return the line for the log; it names no address."""
        reasons = "".join(f"; not told: {why}" for why in self.unreached)
        return f"alarm: {self.told} told, {self.known} had heard within the hour{reasons}"


def sound_alarm(settings: Settings, alarm: Alarm, *, now: datetime) -> Sounded:
    """Mail ``alarm`` to each of ``STOCKROOM_ALARM_MAIL``.

    The warehouse is not asked, because it may be what is down: what was said lies in ``alarms`` in the outbox's folder,
    under a name made of the hour.

    Raises:
        UnusableMailFieldError: a field would forge a header.
        SettingsError: there is no such sender of mails.
    """
    check_words("subject", alarm.subject)
    folder = settings.outbox_dir / FOLDER
    told, known, unreached = 0, 0, []
    with open_mail_way(settings.mail_sender, folder) as way:
        for address in settings.alarm_mail:
            mail = _mail(settings, alarm, address, now.astimezone(UTC))
            said = folder / mail_file_name(mail.message_key)
            if said.exists():
                known += 1
                continue
            try:
                way.send(mail)
            except (NoSuchRecipientError, UnreachableProviderError, UnsentError, UnsureError) as error:
                unreached.append(str(error))  # others still want to hear of it, and the next failure tries again
                continue
            write_whole(said, mail.content, mode=0o600)
            told += 1
    return Sounded(told, known, tuple(unreached))


def _mail(settings: Settings, alarm: Alarm, address: str, now: datetime) -> Mail:
    key = hashlib.sha256(f"alarm/{alarm.about}/{now:%Y-%m-%dT%H}/{address}".encode()).hexdigest()[:32]
    head = MailHead(key, address, settings.company_name, settings.mail_from, now.replace(microsecond=0))
    page = f'<!doctype html><html lang="en"><body><pre>{escape(alarm.text)}</pre></body></html>'
    return Mail(key, settings.mail_from, address, mail_bytes(head, subject=alarm.subject, text=alarm.text, html=page))
