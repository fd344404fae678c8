"""What is dear and comes out the same each time is made once for a test process, not once for a test.

An installation lives in one process for weeks; a test makes one, with two stand-in CRMs, in a moment, and
half of that moment went into work whose result the test before had too. Nothing here changes a result.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine, create_engine
from werkzeug.routing import Rule

from webapp import passwords
from webapp.store import database

step_by_step = database.upgrade


class Compiled(BytecodeCache):
    """Compiled templates, by file and content; without it every application compiles its own."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the code that another application compiled from the same text."""
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._codes[bucket.key, bucket.checksum] = bucket.code


def once(build: Callable[..., Any]) -> Callable[..., Any]:
    """Werkzeug's ``Rule._compile_builder``, which writes a function from the parts of an address.

    The function takes the rule as an argument, so two rules of the same parts can have the same one.
    """
    built: dict[tuple[object, ...], Any] = {}

    def builder(rule: Rule, append_unknown: bool = True) -> Any:
        key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in built:
            built[key] = build(rule, append_unknown)
        return built[key]

    return builder


@cache
def migrated() -> bytes:
    """A SQLite database that went through every migration."""
    with tempfile.TemporaryDirectory(prefix="fairlead-migrated-") as folder:
        path = Path(folder, "fairlead.db")
        engine = create_engine(f"sqlite:///{path}")
        step_by_step(engine)
        engine.dispose()
        return path.read_bytes()


def upgrade(engine: Engine) -> None:
    """Bring a schema up to date: an empty SQLite database by a copy, any other step by step."""
    if engine.dialect.name != "sqlite" or not _copied(engine):
        step_by_step(engine)


def _copied(engine: Engine) -> bool:
    pooled = engine.raw_connection()
    try:
        target: Any = pooled.driver_connection
        if target.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
            return False
        with closing(sqlite3.connect(":memory:")) as source:
            source.deserialize(migrated())
            source.backup(target)
        return True
    finally:
        pooled.close()


def make_once() -> None:
    """Begin. As they are sold, the hasher is tested in tests/webapp/test_passwords.py, ``upgrade`` in
    test_migrations.py, and all of it wherever a test starts a process of the product.
    """
    database.upgrade = upgrade
    Flask.jinja_options = {"bytecode_cache": Compiled()}
    Rule._compile_builder = once(Rule._compile_builder)  # type: ignore[method-assign]
    # Argon2id with parameters that cost a guesser nothing: a test signs in with the password it knows.
    passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
