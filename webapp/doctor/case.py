"""What is looked at: the settings as they are given, and as much of the installation as can be opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from audit.schema import BadInput
from webapp.environment import settings_from, stated, variable
from webapp.services import Services
from webapp.settings import Settings
from webapp.store.database import address_of
from webapp.store.looking import Looked, look_at
from webapp.store.repository import Clock, utc_now


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One installation.

    ``settings`` is None where they do not do: ``refused`` says why, a sentence for each, and ``data_dir`` and
    ``url`` are what can be told all the same. ``looked`` is None where the database cannot be opened, and
    ``away`` says why. ``opened`` is there where the database is of this version. ``host`` is the address
    that a browser has asked by, "" where none has.
    """

    environ: Mapping[str, str] = field(repr=False)
    data_dir: Path
    url: str = field(repr=False)
    settings: Settings | None = None
    refused: tuple[str, ...] = ()
    looked: Looked | None = None
    away: str = ""
    opened: Services | None = None
    host: str = ""

    @property
    def file(self) -> Path | None:
        """The SQLite file; None for PostgreSQL, and for an address that is none of both."""
        try:
            address = address_of(self.url)
        except BadInput:
            return None
        return Path(str(address.database)) if address.get_backend_name() == "sqlite" else None


def served(opened: Services, environ: Mapping[str, str], host: str) -> Case:
    """The installation of an application that runs."""
    settings = opened.settings
    return Case(
        environ=environ,
        data_dir=settings.data_dir,
        url=settings.database,
        settings=settings,
        opened=opened,
        host=host,
    )


@contextmanager
def described(environ: Mapping[str, str], clock: Clock = utc_now) -> Iterator[Case]:
    """The installation that an environment describes, looked at and not changed."""
    settings, refused = _settings(environ)
    data_dir, url = _places(environ) if settings is None else (settings.data_dir, settings.database)
    with ExitStack() as stack:
        looked, away = _looked(url)
        opened = None
        if looked is not None:
            stack.callback(looked.database.dispose)
            if settings is not None and looked.schema == "same":
                opened = Services(settings=settings, database=looked.database, clock=clock)
        yield Case(
            environ=environ,
            data_dir=data_dir,
            url=url,
            settings=settings,
            refused=refused,
            looked=looked,
            away=away,
            opened=opened,
        )


def _settings(environ: Mapping[str, str]) -> tuple[Settings | None, tuple[str, ...]]:
    try:
        return settings_from(environ), ()
    except BadInput as problem:
        return None, tuple(str(problem).splitlines())


def _places(environ: Mapping[str, str]) -> tuple[Path, str]:
    """Where things are, of settings that do not do as a whole."""
    folder = Path(_told(environ, "data_dir") or str(Settings.model_fields["data_dir"].default))
    return folder, _told(environ, "database_url") or f"sqlite:///{folder.resolve() / 'fairlead.db'}"


def _told(environ: Mapping[str, str], name: str) -> str:
    try:
        return stated(environ, variable(name))
    except BadInput:
        return ""


def _looked(url: str) -> tuple[Looked | None, str]:
    try:
        return look_at(url), ""
    except BadInput as problem:
        return None, str(problem)
