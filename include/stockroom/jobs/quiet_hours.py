"""When a text may leave: not at night where the recipient lives, as far as the number tells."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone

from stockroom.settings import Settings, SettingsError

_UNKNOWN = "Etc/Unknown"


class NotNowError(Exception):
    """A message has to wait; ``until`` says how long."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"not before {until.isoformat()}")
        self.until = until


def check_hour(settings: Settings, phone: str, now: datetime) -> None:
    """Return if a text to a number may leave now.

    Raises:
        NotNowError: it is night where the number lives.
    """
    until = leaves_at(phone, quiet_hours=settings.sms_quiet_hours, home_zone=settings.time_zone, now=now)
    if until > now:
        raise NotNowError(until)


def leaves_at(phone: str, *, quiet_hours: str, home_zone: str, now: datetime) -> datetime:
    """Return the first moment from ``now`` on at which no zone of the number has its quiet hours.

    A number that tells no zone lives in the shop's.

    >>> from datetime import UTC
    >>> leaves_at("+4930901820", quiet_hours="21-8", home_zone="Europe/London",
    ...           now=datetime(2026, 1, 5, 22, 30, tzinfo=UTC)).isoformat()
    '2026-01-06T07:00:00+00:00'
    >>> leaves_at("+4930901820", quiet_hours="21-8", home_zone="Europe/London",
    ...           now=datetime(2026, 1, 5, 12, 30, tzinfo=UTC)).isoformat()
    '2026-01-05T12:30:00+00:00'
    """
    begin, end = _hours(quiet_hours)
    moment = now
    zones = [ZoneInfo(name) for name in _zone_names(phone, home_zone)]
    for _ in range(3 * len(zones)):
        later = max(_end_of_quiet(moment.astimezone(zone), begin, end) for zone in zones)
        if later <= moment:
            break
        moment = later
    return moment.astimezone(now.tzinfo)


def _zone_names(phone: str, home_zone: str) -> tuple[str, ...]:
    try:
        names = timezone.time_zones_for_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        names = ()
    return tuple(name for name in names if name != _UNKNOWN) or (home_zone,)


def _end_of_quiet(local: datetime, begin: int, end: int) -> datetime:
    """Return ``local`` outside the quiet hours, and their end inside."""
    hour = local.hour
    is_quiet = begin <= hour < end if begin < end else hour >= begin or hour < end
    if not is_quiet or begin == end:
        return local
    ending = local.replace(hour=end, minute=0, second=0, microsecond=0)
    return ending if ending > local else ending + timedelta(days=1)


def _hours(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,2})-(\d{1,2})", text)
    begin, end = (int(found[1]), int(found[2])) if found else (24, 24)
    if max(begin, end) > 23:
        raise SettingsError(f"STOCKROOM_SMS_QUIET_HOURS={text!r} are no hours; write them as 21-8")
    return begin, end
