"""One world for the whole folder: both stand-ins with canary leads, the product, one pull, one audit."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from tests.journey.canaries import planted
from webapp.demo import journey
from webapp.demo.contents import generated
from webapp.demo.home import Home
from webapp.demo.world import running
from webapp.progress import Progress

LEADS, SEED = 1_600, 11


@contextmanager
def everything_logged() -> Iterator[list[str]]:
    """Every log line of every library, at the most talkative level."""
    lines: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    root, collector = logging.getLogger(), Collector()
    level = root.level
    root.addHandler(collector)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(collector)
    root.setLevel(level)


@pytest.fixture(scope="session")
def story_world(tmp_path_factory):
    """The running world, what its journey produced, and the log lines so far."""
    contents = generated(LEADS, SEED)
    contents = replace(contents, salesforce=planted(contents.salesforce), hubspot=planted(contents.hubspot))
    home = Home(folder=tmp_path_factory.mktemp("demo"))
    home.open_for(contents.digest)
    with everything_logged() as log, running(contents, home, 0, SEED) as world, Progress() as progress:
        outcomes = journey.run(world, contents, progress, known=False)
        yield world, outcomes, log
