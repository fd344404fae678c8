from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from webapp import progress as module
from webapp.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    now = [0.0]
    monkeypatch.setattr(module, "_clock", lambda: now[0])
    return now


def test_short_work_says_nothing(clock: list[float]):
    out = io.StringIO()
    with Progress(out) as progress, progress.step("Reading"):
        clock[0] += 1
    assert out.getvalue() == ""


def test_long_work_says_each_step_as_a_plain_line(clock: list[float]):
    out = io.StringIO()
    with Progress(out) as progress:
        with progress.step("Reading"):
            clock[0] += 4
        with progress.step("Auditing"):
            pass
    assert out.getvalue() == "Reading ...\nAuditing ...\n"


def test_a_long_step_says_how_far_it_is_now_and_then(clock: list[float]):
    out = io.StringIO()
    with Progress(out) as progress, progress.step("Pulling", total=4000) as advance:
        for _ in range(4):
            clock[0] += 3
            advance(1000)
    assert out.getvalue() == "Pulling ...\nPulling: 2,000 of 4,000\nPulling: 4,000 of 4,000\n"


def test_a_terminal_gets_a_bar_that_vanishes():
    out = Terminal()
    with Progress(out) as progress, progress.step("Reading leads", total=2) as advance:
        advance(2)
    assert "Reading leads" in out.getvalue()
    assert "\x1b[" in out.getvalue()


def test_a_step_that_fails_fails():
    with pytest.raises(ZeroDivisionError), Progress(Terminal()) as progress, progress.step("Reading"):
        _ = 1 / 0
