"""The one-machine installation: its folders, its secrets, and the settings that jobs read from the environment."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from stockroom.channels import CHANNELS
from stockroom.embedded.ports import HOST, choose_ports, remembered_ports
from stockroom.embedded.postgres import Server
from stockroom.embedded.private_files import keep_private, read_private
from stockroom.jobs.check_plan_date import OutsideDataError
from stockroom.settings import PREFIX

PORTS = ("airflow", "store", "storefront")
SAMPLE_AS_OF_DATE = date(2011, 6, 30)
"""The first day that is not in the sample store's data."""
SAMPLE_EARLIER_DATE = date(2011, 6, 28)
"""A Tuesday, two working days before: by then suppliers have answered, and one who has not is too late."""
SAMPLE_FIRST_DATE = date(2010, 12, 2)
"""The first morning with a day of sales before it."""


@dataclass(frozen=True)
class Installation:
    """Where everything of one project lives; see ARCHITECTURE.md for what the folders hold."""

    project: Path

    @property
    def directory(self) -> Path:
        """Return the folder that holds all that runs produce."""
        return self.project / ".stockroom"

    @property
    def logs(self) -> Path:
        """Return the folder of the processes' and tasks' logs."""
        return self.directory / "logs"

    @property
    def mark(self) -> str:
        """Return what marks this installation's processes."""
        return str(self.directory)

    @property
    def up_file(self) -> Path:
        """Return the file that exists while ``stockroom up`` has left everything running."""
        return self.directory / "up.json"

    def up_date(self) -> date | None:
        """Return the plan date for which everything was left running, if it was."""
        found = read_private(self.up_file).get("as_of_date")
        return date.fromisoformat(found) if found else None


def check_sample_date(as_of_date: date) -> None:
    """Return if the sample store has a past for that morning.

    Raises:
        OutsideDataError: it has none; the message names the days that there are.
    """
    if not SAMPLE_FIRST_DATE <= as_of_date <= SAMPLE_AS_OF_DATE:
        raise OutsideDataError(
            f"the sample store's sales say nothing about the morning of {as_of_date}; "
            f"give a day from {SAMPLE_FIRST_DATE} to {SAMPLE_AS_OF_DATE}, such as `make run AS_OF=2011-06-20`"
        )


def find_installation() -> Installation:
    """Return the installation of the project that the current folder belongs to.

    Raises:
        FileNotFoundError: neither this folder nor one above it is a Stockroom project.
    """
    here = Path.cwd().resolve()
    for folder in (here, *here.parents):
        if (folder / "dags").is_dir() and (folder / "dbt_project").is_dir():
            return Installation(folder)
    raise FileNotFoundError(
        f"{here} is not inside a Stockroom project (a folder with dags/ and dbt_project/): go into yours and try again"
    )


def local_settings(installation: Installation, server: Server, *, as_of_date: date) -> dict[str, str]:
    """Return the ``STOCKROOM_*`` variables of this machine for the sample store on ``as_of_date``.

    Ports are those that the last start chose. What the caller's environment sets already stays, but for what the
    installation itself decides.
    """
    directory = installation.directory
    store = directory / "store"
    # Those of the last start, which may be up and hold them: only a start chooses anew.
    ports = remembered_ports(directory / "ports.json")
    if not ports.keys() >= set(PORTS):
        ports = choose_ports(directory / "ports.json", PORTS)
    # Generated once: links in mails that were sent last week must go on working.
    names = ("shopify_token", "storefront_secret", "storefront_listing_key")
    keys = keep_private(directory / "secrets.json", dict.fromkeys(names, _new_key))
    decided = {
        "warehouse_url": server.warehouse_url("stockroom_app"),
        "warehouse_owner_url": server.warehouse_url("stockroom_owner"),
        "landing_url": (directory / "landing").as_uri(),
        "documents_dir": directory / "documents",
        "outbox_dir": directory / "outbox",
        "reports_dir": directory / "reports",
        "dbt_dir": directory / "dbt",
        **_sample_connections(f"http://{HOST}:{ports['store']}", keys["shopify_token"]),
        "shop_url": f"http://{HOST}:{ports['store']}",
        "wholesale_dir": store / "wholesale",
        "wholesale_out_dir": directory / "wholesale_out",
        "suppliers_out_dir": directory / "suppliers_out",
        "suppliers_dir": store / "suppliers",
        "planners_dir": store / "planners",
        "waitlist_dir": store / "waitlist",
        "wms_dir": store / "wms",
        "feedback_dir": directory / "feedback",
        "storefront_url": f"http://{HOST}:{ports['storefront']}",
        "storefront_secret": keys["storefront_secret"],
        "storefront_listing_key": keys["storefront_listing_key"],
        "as_of_date": as_of_date.isoformat(),
    }
    given = {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}
    return given | {PREFIX + name.upper(): str(value) for name, value in decided.items()}


def _sample_connections(store_url: str, key: str) -> dict[str, str]:
    """Return what connects every channel to the sample store: it answers each below its name, with one key for all."""
    given = {}
    for channel in CHANNELS.values():
        for field in channel.fields:
            value = f"{store_url}/{channel.channel_id}" if field.name in ("url", "shop_url") else field.example
            given[channel.variable(field)] = key if field.is_secret else value
    return given


def _new_key() -> str:
    """Return a new secret."""
    return secrets.token_urlsafe(32)
