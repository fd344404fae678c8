"""A disk or a database that takes no more is a sentence with a mend, and no defect of ours."""

import errno
import os
import sqlite3

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from connectors import staging
from webapp import jobs
from webapp.cli import BAD_INPUT, DEFECT, each
from webapp.disk import trouble


def of(path, *statements, **more):
    """The error of the last statement on a real SQLite file, as SQLAlchemy wraps it."""
    with create_engine(f"sqlite:///{path}", **more).connect() as connection:
        *first, last = statements
        for statement in first:
            connection.exec_driver_sql(statement)
        with pytest.raises(OperationalError) as caught:
            connection.exec_driver_sql(last)
        return caught.value


def test_a_full_database_and_one_that_another_holds_are_told_apart(tmp_path):
    rows = "INSERT INTO t SELECT hex(randomblob(4000)) FROM t, t AS u, t AS v"
    first = "CREATE TABLE t (x)", "INSERT INTO t VALUES (1), (2), (3)", "PRAGMA max_page_count = 3"
    assert trouble(of(tmp_path / "full.db", *first, rows)).startswith("the disk is full: free some space")
    holder = sqlite3.connect(tmp_path / "held.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    held = of(tmp_path / "held.db", "CREATE TABLE t (x)", connect_args={"timeout": 0})
    assert trouble(held).startswith("another program holds the database")
    holder.close()


def test_a_pulls_own_notes_on_a_full_disk_are_told_too(tmp_path):
    database = sqlite3.connect(tmp_path / "remembered.sqlite")
    database.execute("PRAGMA max_page_count = 1")
    with pytest.raises(sqlite3.OperationalError) as caught:
        database.execute("CREATE TABLE t (x)")
    database.close()
    assert trouble(caught.value).startswith("the disk is full: free some space")
    assert trouble(sqlite3.OperationalError("odd")) == ""


@pytest.mark.parametrize("error", [OSError(errno.ENOENT, "no such file"), OSError("odd"), ValueError("x")])
def test_anything_else_is_none_of_its_business(tmp_path, error):
    assert trouble(error) == ""
    assert trouble(of(tmp_path / "plain.db", "SELECT nothing FROM nowhere")) == ""


def test_a_sync_on_a_full_disk_says_so_and_goes_on_later(crms, monkeypatch):
    row = crms.ready("salesforce")
    jobs.sync(crms.services, row)
    before = crms.services.lake.read("salesforce", row.organisation)

    def full(_descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(staging, "to_disk", full)
        told = each._attempt(
            crms.services, row, lambda opened, one, tell: jobs.sync(opened, one, tell, wanted="full")
        )
    assert told.exit_code == BAD_INPUT
    assert told.text.startswith("the disk is full: free some space")
    noted = crms.services.repository.connection(row.id)
    assert (noted.state, "the disk is full" in noted.note) == ("pull_incomplete", True)
    assert crms.services.lake.read("salesforce", row.organisation).equals(before)
    jobs.sync(crms.services, row, wanted="full")
    assert crms.services.repository.connection(row.id).state == "connected"


def test_a_defect_stays_one(crms):
    def broken(_opened, _row, _tell):
        msg = "canary"
        raise KeyError(msg)

    told = each._attempt(crms.services, crms.ready("salesforce"), broken)
    assert (told.exit_code, "canary" in told.text) == (DEFECT, False)
