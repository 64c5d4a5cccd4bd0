"""Ways for a mail to leave: a folder by default, an SMTP server or Amazon SES through an Airflow connection."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from stockroom.delivery.folder import write_whole
from stockroom.delivery.providers import (
    FOLDER,
    NoSuchRecipientError,
    UnreachableProviderError,
    UnsentError,
    UnsureError,
    amazon_answers,
    amazon_client,
    connection_of,
)

NO_SUCH_MAILBOX = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10")
"""Enhanced status codes (RFC 3463) of an address that nobody has; a bare 550 may be a server's dislike of us."""
YES, CLOSING = range(200, 300), 421


@dataclass(frozen=True)
class Mail:
    """One message to one recipient, ready to leave."""

    message_key: str
    """32 hexadecimal digits of our own."""
    sender: str
    recipient: str = field(repr=False)
    content: bytes = field(repr=False)
    """The message as RFC 5322 has it."""


class MailWay(Protocol):
    """An open way for mails."""

    def send(self, mail: Mail) -> Path | str:
        """Send one mail; return its file, or the way it went.

        Raises:
            NoSuchRecipientError: there is no such address.
            UnsentError: it was refused.
            UnreachableProviderError: nobody was reached who could take it.
            UnsureError: it was handed over and not answered.
        """


@contextmanager
def open_mail_way(sender: str, folder: Path, *, variable: str = "STOCKROOM_MAIL_SENDER") -> Iterator[MailWay]:
    """Open the way of ``sender``: ``folder``, ``smtp:<Airflow connection>`` or ``ses:<Airflow connection>``.

    Nothing is connected before the first mail.

    Raises:
        SettingsError: there is no such sender.
    """
    if sender == FOLDER:
        yield _Folder(folder)
        return
    kind, connection_id = connection_of(sender, ("smtp", "ses"), variable=variable)
    if kind == "ses":
        yield _Ses(sender, connection_id)
        return
    way = _Smtp(sender, connection_id)
    try:
        yield way
    finally:
        way.close()


@dataclass(frozen=True)
class _Folder:
    folder: Path

    def send(self, mail: Mail) -> Path:
        """Write the mail for nobody else to read."""
        path = self.folder / f"{mail.message_key}.eml"
        write_whole(path, mail.content, mode=0o600)
        return path


@dataclass
class _Ses:
    name: str
    connection_id: str

    @cached_property
    def _client(self) -> Any:  # noqa: ANN401  # botocore makes its clients at run time
        return amazon_client("sesv2", self.connection_id)

    def send(self, mail: Mail) -> str:
        """Hand the mail to Amazon; bounces come back through the queue."""
        with amazon_answers("Amazon SES"):
            self._client.send_email(
                FromEmailAddress=mail.sender,
                Destination={"ToAddresses": [mail.recipient]},
                Content={"Raw": {"Data": mail.content}},
            )
        return self.name


@dataclass
class _Smtp:
    """One connection for many mails. Until the content of a mail is on its way, asking again is no second mail."""

    name: str
    connection_id: str
    _client: smtplib.SMTP | None = None

    def send(self, mail: Mail) -> str:
        """Hand the mail to the server."""
        try:
            client = self._begun(mail)
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise UnreachableProviderError(f"the mail server cannot be reached: {type(error).__name__}") from error
        try:
            code, said = client.data(mail.content)
        except smtplib.SMTPDataError as error:  # it would not hear the content
            client.rset()
            raise UnsentError(f"the mail server refused it: {error.smtp_code}") from error
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise UnsureError("the mail server did not answer") from error
        if code not in YES:
            raise UnsentError(f"the mail server refused it: {code} {_status(said)}".rstrip())
        return self.name

    def _begun(self, mail: Mail) -> smtplib.SMTP:
        """Return a connection whose server awaits the content; one that was closed meanwhile is opened once more."""
        is_kept = self._client is not None
        try:
            return self._addressed(mail)
        except smtplib.SMTPServerDisconnected:
            self.close()
            if not is_kept:
                raise
        return self._addressed(mail)

    def _addressed(self, mail: Mail) -> smtplib.SMTP:
        client = self._client = self._client or self._connected()
        _agreed(client, client.mail(mail.sender))
        _agreed(client, client.rcpt(mail.recipient), is_recipient=True)
        return client

    def _connected(self) -> smtplib.SMTP:
        # Heavy, and needed only where mails really leave.
        from airflow.providers.common.compat.sdk import AirflowException
        from airflow.providers.smtp.hooks.smtp import SmtpHook

        try:
            hook = SmtpHook(self.connection_id).get_conn()
        except AirflowException as error:
            raise UnreachableProviderError(f"{self.name}: {error}") from error
        client = hook._smtp_client  # the hook's own ways of sending write another message than ours
        if not isinstance(client, smtplib.SMTP):
            raise TypeError(f"{self.name} opened no SMTP connection")
        client.ehlo_or_helo_if_needed()
        return client

    def close(self) -> None:
        """Let the server go."""
        if self._client is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._client.quit()
            self._client.close()
        self._client = None


def _agreed(client: smtplib.SMTP, reply: tuple[int, bytes], *, is_recipient: bool = False) -> None:
    """Return if the server goes along; otherwise leave it ready for the next mail, and raise what it means."""
    code, status = reply[0], _status(reply[1])
    if code in YES:
        return
    if code == CLOSING:
        raise smtplib.SMTPServerDisconnected("it is closing")
    client.rset()
    if is_recipient and status in NO_SUCH_MAILBOX:
        raise NoSuchRecipientError(f"the mail server knows no such address: {code} {status}")
    raise UnsentError(f"the mail server refused it: {code} {status}".rstrip())


def _status(said: bytes) -> str:
    """Return the enhanced status code of a reply, or nothing; what follows it may name the address."""
    words = said.decode(errors="replace").split()
    return words[0] if words and words[0].replace(".", "").isdigit() else ""
