"""One world for the whole folder: both stand-ins with canary leads, the product, one pull, one audit."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.journey.canaries import answers_given, planted
from tests.webapp.bench import work_off
from webapp import explanations
from webapp.demo import journey
from webapp.demo.contents import generated
from webapp.demo.home import Home
from webapp.demo.summary import Outcome
from webapp.demo.world import World, running
from webapp.experiments import ON_THE_SCORE, Asked, all_of, ask
from webapp.progress import Progress

LEADS, FEW_LEADS, SEED = 1_600, 500, 11

CanaryWorld = tuple[World, tuple[Outcome, ...], list[str]]


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


@contextmanager
def canary_world(folder: Path, leads: int) -> Iterator[CanaryWorld]:
    """A running world of canary leads, what its journey produced, and the log lines so far."""
    contents = generated(leads, SEED)
    contents = replace(contents, salesforce=planted(contents.salesforce), hubspot=planted(contents.hubspot))
    home = Home(folder=folder)
    home.open_for(contents.digest)
    with everything_logged() as log, running(contents, home, 0, SEED) as world, Progress() as progress:
        answers_given(world.salesforce.org, world.salesforce.record_ids()[:240])
        outcomes = journey.run(world, contents, progress, known=False)
        yield world, outcomes, log


@pytest.fixture(scope="session")
def story_world(tmp_path_factory):
    """The world that most tests look at; none of them changes it."""
    with canary_world(tmp_path_factory.mktemp("demo"), LEADS) as made:
        yield made


def experiment_in(world: World) -> str:
    """The id of the newest experiment at the first connection; made where there is none."""
    opened = world.services
    row = opened.repository.connections()[0]
    if not opened.experiments.made(row.id):
        ask(opened, row, Asked(attribute="region", families=ON_THE_SCORE), "admin")
        (job,) = work_off(opened)
        assert job.state == "done", job.told
    return all_of(opened, row)[0].id


def explained_in(world: World) -> None:
    """The score of every connection is explained."""
    opened = world.services
    for row in opened.repository.connections():
        if opened.explanations.newest(row.id) is None:
            explanations.ask(opened, row, (), "admin")
    assert {job.state for job in work_off(opened)} <= {"done"}


@pytest.fixture(scope="session")
def story_experiment(story_world):
    """Remedies that were tried in the world that most tests look at, where the scores are explained, too."""
    explained_in(story_world[0])
    return experiment_in(story_world[0])


@pytest.fixture(scope="module")
def own_world(tmp_path_factory):
    """A small world for one file, which may do to it what it likes."""
    with canary_world(tmp_path_factory.mktemp("own"), FEW_LEADS) as made:
        yield made
