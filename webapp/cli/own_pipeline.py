"""The options by which a command takes a customer's own pipeline."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from audit.finding.words import quoted
from audit.report.brought import BroughtModel
from audit.rows.own import good_class
from connectors.pipeline import Brought, read_pipeline

Command = TypeVar("Command", bound=Callable[..., object])


def pipeline_options(command: Command) -> Command:
    """``--pipeline FILE`` and ``--trust TYPE``."""
    trust = click.option(
        "--trust",
        multiple=True,
        metavar="TYPE",
        help="Let the pipeline's file bring this type to life, given by its full name; may be given several"
        " times. Only for files whose maker you trust.",
    )
    pipeline = click.option(
        "--pipeline",
        type=click.Path(path_type=Path),
        help="Your own scikit-learn pipeline, a .skops file (never a pickle).",
    )
    return pipeline(trust(command))


def brought(path: Path | None, trusted: tuple[str, ...]) -> Brought | None:
    """The pipeline, None where none was named. Raises BadInput as `connectors.pipeline.read_pipeline`."""
    if path is None:
        if trusted:
            msg = "--trust is about the file of --pipeline; name that, too"
            raise click.UsageError(msg)
        return None
    return read_pipeline(path, trusted)


def told(found: Brought | None, *more: str) -> BroughtModel | None:
    """What a report says of it, with ``more`` notes."""
    if found is None:
        return None
    steps = getattr(found.estimator, "steps", None)
    names = [type(one).__name__ for _, one in steps] if steps else [type(found.estimator).__name__]
    return BroughtModel(digest=found.digest, steps=tuple(names), notes=(*found.notes, *more))


def class_note(found: Brought | None) -> tuple[str, ...]:
    """Which of its classes is taken as the good outcome, where it tells any apart.

    Raises
    ------
    BadInput
        They cannot be read as a bad and a good outcome.
    """
    good = good_class(found.estimator) if found else None
    if found is None or good is None:
        return ()
    every = ", ".join(quoted(str(one)) for one in found.estimator.classes_)
    told = f"The last of the pipeline's classes ({every}) is taken as the good outcome: {quoted(good)}."
    return (f"{told} Check that it is.",)
