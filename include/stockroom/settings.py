"""Settings: everything that differs between one installation and another, read from the environment once."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PREFIX = "STOCKROOM_"


DROPS = ("wholesale_dir", "wholesale_out_dir", "suppliers_dir", "suppliers_out_dir", "planners_dir", "wms_dir")
"""Folders that we share with others, which may lie elsewhere; one that we alone keep is on this machine."""
DROP_SCHEMES = ("s3", "sftp")
NAMES = (
    "approvers",
    "second_approvers",
    "approvers_mail",
    "alarm_mail",
    "storefront_origins",
    "storefront_single_opt_in",
    "suppliers_pages",
)
"""Several in one variable, parted by commas."""
AMOUNTS = (
    "carrying_capital_percent", "carrying_storage_percent", "carrying_insurance_percent", "carrying_markdown_percent",
    "promotion_budget", "transfer_cost", "transfer_unit_cost", "least_clearance_value", "donation_percent",
)  # fmt: skip
"""Numbers of 0 or more, beside the approval threshold."""
COUNTS = {
    "storefront_asks_a_minute": 1, "notices_a_day": 0, "refusal_days": 0, "exchange_rate_days": 0,
    "exceptions_a_day": 0, "promotions_at_once": 0,
}  # fmt: skip
"""Whole numbers, each with its least."""
SAME_NAME = 0.9
"""Likeness from which on an unknown variable is a setting misspelt, and none of a channel's."""


class SettingsError(ValueError):
    """A setting is missing or unusable; the message names the variable and the mend."""


@dataclass(frozen=True)
class Settings:
    """One installation of Stockroom. Each field is the environment variable ``STOCKROOM_<NAME>``."""

    warehouse_url: str = field(repr=False)
    """As ``stockroom_app``: what jobs may do."""
    landing_url: str
    documents_dir: Path
    outbox_dir: Path
    reports_dir: Path
    dbt_dir: Path
    warehouse_owner_url: str = field(default="", repr=False)
    """As ``stockroom_owner``, for dbt and migrations; empty: ``warehouse_url`` is the owner's."""
    time_zone: str = "Europe/London"
    currency: str = "GBP"
    company_name: str = "Sample Gifts Ltd"
    company_address: str = "12 Sample Yard, London E1 6AN"
    """As printed on purchase orders; commas part its lines."""
    mail_from: str = "shop@sample-gifts.example"
    """The address that mails come from, and that suppliers answer to."""
    wholesale_dir: Path | str = Path()
    """Where others leave files: a folder, ``s3://[connection@]bucket/prefix`` or ``sftp://connection@host/folder``."""
    wholesale_out_dir: Path | str = Path()
    """Where wholesale customers fetch acknowledgements and availability; empty: they get none."""
    suppliers_dir: Path | str = Path()
    suppliers_out_dir: Path | str = Path()
    """Where suppliers fetch what acknowledges their X12 files; empty: they get none."""
    suppliers_pages: tuple[str, ...] = ()
    """Airflow connections of servers on which suppliers keep lists for us to fetch."""
    planners_dir: Path | str = Path()
    waitlist_dir: Path = Path()
    wms_dir: Path | str = Path()
    shop_url: str = ""
    storefront_url: str = ""
    """Empty: no storefront service runs, so no link to it is printed."""
    storefront_secret: str = field(default="", repr=False)
    storefront_listing_key: str = field(default="", repr=False)
    """Shared with the shop's pages, which sign with it what may be asked for; empty: nothing can be asked for."""
    storefront_origins: tuple[str, ...] = ()
    """Where pages of the shop live, such as https://shop.example; empty: at ``shop_url`` alone."""
    storefront_single_opt_in: tuple[str, ...] = ()
    """Countries (ISO codes) in which nobody has to confirm an address by a link."""
    storefront_asks_a_minute: int = 12
    """So many requests a minute are taken from one network address."""
    storefront_limits_url: str = field(default="", repr=False)
    """A Redis that several storefronts count in together; empty: each counts for itself."""
    company_logo: Path = Path()
    """An SVG file, printed on purchase orders; empty: the name alone."""
    order_templates_dir: Path = Path()
    """Where templates of suppliers' orders lie, a TOML file each; empty: there are none."""
    shopper_words_dir: Path = Path()
    """Where a merchant's own words for shoppers lie, ``<language>.toml`` each (docs/widget.md); empty: ours alone."""
    x12_id: str = ""
    """How we are called in interchanges with suppliers, as ZZ:NAME."""
    order_way: str = "folder"
    """How suppliers get their orders for whom nobody set a way: ``folder``, or ``mail`` as their terms say."""
    mail_sender: str = "folder"
    """How shoppers' mails leave: ``folder``, ``smtp:<Airflow connection>`` or ``ses:<Airflow connection>``."""
    notice_sender: str = ""
    """How notices that something is back, and apologies, leave: as ``mail_sender`` has it, or told as events to
    ``klaviyo:``, ``omnisend:``, ``drip:``, ``activecampaign:`` or ``webhook:`` and the id of an Airflow connection.
    Empty: as other mails."""
    sms_sender: str = "folder"
    """``folder``, ``sns:<Airflow connection>`` or ``webhook:<Airflow connection>``."""
    sms_quiet_hours: str = "21-8"
    """No text is sent in these hours of the recipient's day."""
    feedback_dir: Path = Path()
    """Where bounces, complaints and shoppers' texts arrive as files."""
    feedback_queue: str = ""
    """Where they arrive as messages: ``sqs:<Airflow connection>:<queue>``."""
    events_queue: str = ""
    """Where channels' hints come in: ``sqs:<Airflow connection>:<queue>``; empty: only from our own webhooks."""
    notices_a_day: int = 3
    """Of so many products a shopper hears in 24 hours."""
    notice_sold_out_percent: int = 5
    """Fewer than so many of a hundred who are told of a restock may find it sold out, over many restocks; 0: one is
    told for each unit, always."""
    notice_holdout_percent: int = 5
    """Of a hundred requests whose purchases could be known so many are told a week later, so that what notices
    bring can be measured; 0: none."""
    likely_back: bool = False
    """Whether shoppers are shown when something is likely back (``on``), where past intervals have held."""
    approval_threshold: Decimal = Decimal(2000)
    """Orders up to this value in the base currency go by themselves."""
    approvers: tuple[str, ...] = ("buyer",)
    approvers_mail: tuple[str, ...] = ()
    """Addresses that hear after each plan which orders wait; empty: nobody does."""
    alarm_mail: tuple[str, ...] = ()
    """Addresses that hear when a task has failed for good or a run is late; empty: nobody does."""
    second_approval_threshold: Decimal = Decimal(25000)
    """Orders above this value need two people, at least one of them a second approver."""
    second_approvers: tuple[str, ...] = ("director",)
    exchange_rate_days: int = 7
    """A rate older than this counts as not known."""
    refusal_days: int = 7
    """So long nobody is asked again about what was refused."""
    exceptions_a_day: int = 20
    """So many late, short or refused lines are put before a person a day, the gravest first."""
    carrying_capital_percent: Decimal = Decimal(8)
    """What holding stock costs a year, in percent of its cost: the money in it, and in the three fields below its room,
    its insurance and what it loses in price. Together they hold where a policy names no ``carrying_rate``."""
    carrying_storage_percent: Decimal = Decimal(10)
    carrying_insurance_percent: Decimal = Decimal(2)
    carrying_markdown_percent: Decimal = Decimal(5)
    promotions_at_once: int = 10
    """So many promotions a week may be recommended against overstock."""
    promotion_budget: Decimal = Decimal(1000)
    """Discount that these may give away together, in the base currency."""
    transfer_cost: Decimal = Decimal(5)
    """Of sending one item from one location to another; ``transfer_unit_cost`` comes on top for each unit."""
    transfer_unit_cost: Decimal = Decimal("0.10")
    least_clearance_value: Decimal = Decimal(25)
    """No clearance buyer comes for less."""
    price_webhook_url: str = ""
    """Where price signals are posted to, signed; empty: they stand in their file and mart alone."""
    price_webhook_secret: str = field(default="", repr=False)
    donation_percent: Decimal = Decimal(0)
    """What a unit given away is worth in taxes or goodwill, in percent of its cost."""
    keep_raw_days: int = 90
    """So long every version of a record stays in raw; then the newest alone. Landing keeps them all."""
    keep_inputs_days: int = 60
    """So long it is kept what a plan was made from."""
    keep_plans_days: int = 90
    """So long every plan is kept whole; then the first of each week, and what was ordered."""
    keep_weekly_plans_days: int = 800
    keep_logs_days: int = 90
    """So long extracts are listed, and availability that changed nothing."""
    keep_ledger_days: int = 400
    """So long every entry of the ledger of stock is kept; then their sum."""
    as_of_date: date | None = None
    """Pins the plan date (the sample store lives in 2011); ``None`` means today in ``time_zone``."""
    channel_values: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
    """What channels are connected with, by names such as ``shopify_url``: each channel's folder says which it reads."""

    @property
    def carrying_rate(self) -> float:
        """Return what holding stock costs a year as a share of its cost, where no policy says otherwise."""
        return float(sum(percent for _, percent in self.carrying_parts)) / 100.0

    @property
    def carrying_parts(self) -> tuple[tuple[str, Decimal], ...]:
        """Return what that consists of, in percent a year."""
        return (
            ("capital", self.carrying_capital_percent),
            ("storage", self.carrying_storage_percent),
            ("insurance", self.carrying_insurance_percent),
            ("expected markdown", self.carrying_markdown_percent),
        )

    def value(self, name: str) -> str:
        """Return what a channel's variable holds, or nothing."""
        return self.channel_values.get(name, "")

    @property
    def owner_url(self) -> str:
        """Return the URL of the role that owns the schemas."""
        return self.warehouse_owner_url or self.warehouse_url

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Return the settings that the environment holds.

        Raises:
            SettingsError: a variable without a default is missing or misspelt, or a value cannot be read.
        """
        source = os.environ if environment is None else environment
        given = {
            item.name: _parsed(item.name, source[PREFIX + item.name.upper()])
            for item in fields(cls)
            if source.get(PREFIX + item.name.upper(), "") != "" and item.name != "channel_values"
        }
        known = {PREFIX + item.name.upper() for item in fields(cls)}
        channel_values = {
            name.removeprefix(PREFIX).lower(): value
            for name, value in source.items()
            if name.startswith(PREFIX) and name not in known
        }
        names = [item.name for item in fields(cls)]
        for name in channel_values:  # a threshold that nobody reads would leave the default in force
            if meant := get_close_matches(name, names, n=1, cutoff=SAME_NAME):
                raise SettingsError(f"{PREFIX}{name.upper()} is no setting; {PREFIX}{meant[0].upper()} may be meant")
        required = ("warehouse_url", "landing_url", "documents_dir", "outbox_dir", "reports_dir", "dbt_dir")
        missing = [PREFIX + name.upper() for name in required if name not in given]
        if missing:
            raise SettingsError(
                f"not set: {', '.join(missing)}. `make up` prints a working set for one machine; "
                "docker-compose.yml shows the one for production."
            )
        return cls(**given, channel_values=channel_values)  # type: ignore[arg-type]  # _parsed gives each field its own type


def _parsed(name: str, text: str) -> object:
    """Return ``text`` as the type of the field ``name``; raise SettingsError naming the variable."""
    variable = PREFIX + name.upper()
    try:
        if name in DROPS:
            return _drop(variable, text)
        if name.endswith("_dir") or name == "company_logo":
            return Path(text)
        if name == "likely_back":
            if text not in ("on", "off"):
                raise SettingsError(f"{variable}={text!r} is neither on nor off")
            return text == "on"
        if name == "order_way" and text not in ("folder", "mail"):
            raise SettingsError(f"{variable}={text!r} is no way for orders; give folder or mail")
        if name in ("approval_threshold", "second_approval_threshold", *AMOUNTS):
            value = Decimal(text)
            if not value.is_finite() or value < 0:
                raise SettingsError(f"{variable}={text!r} is not an amount of money; give a number such as 2000")
            return value
        if name == "currency" and not re.fullmatch("[A-Z]{3}", text):
            raise SettingsError(f"{variable}={text!r} is no currency; give its code, such as GBP")
        if name in COUNTS:
            if int(text) < COUNTS[name]:
                raise SettingsError(f"{variable}={text!r} is too few; give {COUNTS[name]} or more")
            return int(text)
        if name in ("notice_holdout_percent", "notice_sold_out_percent"):
            percent = int(text)
            if not 0 <= percent <= 50:
                raise SettingsError(f"{variable}={text!r} is no share of shoppers; give 0 to 50, such as 5")
            return percent
        if name.startswith("keep_"):
            days = int(text)
            if days < 1:
                raise SettingsError(f"{variable}={text!r} keeps nothing; give a number of days such as 90")
            return days
        if name in NAMES:
            return tuple(part.strip() for part in text.split(",") if part.strip())
        if name == "as_of_date":
            return date.fromisoformat(text)
        if name == "time_zone":
            ZoneInfo(text)
    except (InvalidOperation, ValueError) as error:
        if isinstance(error, SettingsError):
            raise
        raise SettingsError(f"{variable}={text!r} cannot be read: {error}") from error
    except ZoneInfoNotFoundError as error:
        raise SettingsError(f"{variable}={text!r} is no time zone; give a name such as Europe/London") from error
    return text


def _drop(variable: str, text: str) -> Path | str:
    """Return a folder of this machine as a path, and one elsewhere as its URL."""
    scheme, _, place = text.partition("://")
    if not place:
        return Path(text)
    if scheme == "file":
        return Path(unquote(urlsplit(text).path))
    if scheme not in DROP_SCHEMES:
        raise SettingsError(
            f"{variable} begins with {scheme}://; give a folder, or one of {', '.join(DROP_SCHEMES)}://"
        )
    user, _, _ = place.partition("/")[0].rpartition("@")
    if ":" in user:
        raise SettingsError(
            f"{variable} holds a password; put it into an Airflow connection and name that before the @"
        )
    return text.rstrip("/")
