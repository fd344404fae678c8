"""A process that writes the log is killed at any moment: the log is sound, nothing is lost or twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from connectors.decisions import ledger
from connectors.decisions.fresh import log_new
from connectors.decisions.opening import open_ledger
from connectors.decisions.verify import verify
from tests.connectors.logged import KEYS, Lead, held, history, key, moment, sight

LEADS, SEGMENT, ROUNDS = 2_000, 200, 12


def leads(version: int) -> dict:
    """The lake at one of its versions: each rescores a seventh of the leads, and has erased one more."""
    made = {}
    for n in range(version, LEADS):
        lead = Lead(str(n % 101), moment(1))
        for at in range(1, version + 1):
            if n % 7 == at % 7:
                lead.rescore(str((n + at) % 101), moment(at + 1))
        made[key(n)] = lead
    return made


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def work(place: Path, version: int) -> None:
    """What one sync does to a log, told step by step."""
    ledger.SEGMENT = SEGMENT
    with open_ledger(place, KEYS, "salesforce", moment(version + 1)) as opened:
        say("open")
        opened.erase([key(n).digest for n in range(version)])
        log_new(opened, held(leads(version), parts=4), sight(moment(version + 1)))
    say("done")


def killed(place: Path, version: int, after: float) -> bool:
    """Start the work in a process, kill it some seconds after it opened the log; whether it ended."""
    command = [sys.executable, "-m", "tests.connectors.test_decision_kills", str(place), str(version)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    rest = process.communicate(timeout=60)[0]
    return b"done" in rest


def wanted(version: int, lead: int) -> list[str | None]:
    one = leads(version).get(key(lead))
    return [] if one is None else [*(score for score, _ in one.earlier), one.score]


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is a thing of POSIX")
def test_a_log_survives_a_dozen_kills(tmp_path):
    place, chance = tmp_path / "org.log", random.Random(7)  # noqa: S311 - no secret
    ends = []
    for version in range(ROUNDS - 4):
        ends.append(killed(place, version, chance.uniform(0, 0.25)))
        found = verify(place, "", KEYS)
        assert found.sound, found.faults
    for _ in range(4):
        ends.append(killed(place, ROUNDS - 5, chance.uniform(0, 0.25)))
        assert verify(place, "", KEYS).sound
    assert not all(ends), "no process was killed before its end"
    work(place, ROUNDS - 5)
    found = verify(place, "", KEYS)
    assert found.sound
    for lead in chance.sample(range(LEADS), 60):
        assert [score for score, _ in history(place, key(lead))] == wanted(ROUNDS - 5, lead)
    total = sum(len(one.earlier) + 1 for one in leads(ROUNDS - 5).values())
    assert found.entries - found.erased - found.dropped == total


if __name__ == "__main__":
    work(Path(sys.argv[1]), int(sys.argv[2]))
