"""A folder of results: written whole or not at all, and nothing else in it is touched."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from audit.schema import BadInput


def check_folder(folder: Path) -> None:
    """BadInput where results could not be written to ``folder``; nothing is created yet."""
    try:
        nearest = next(path for path in (folder, *folder.parents) if path.exists())
    except (OSError, ValueError):
        raise _unwritable(folder, "its parent folder may not be entered") from None
    if not nearest.is_dir():
        raise _unwritable(folder, f"{nearest} is not a folder")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise _unwritable(folder, f"{nearest} may not be written to")


def write_whole(folder: Path, write: Callable[[Path], object]) -> tuple[str, ...]:
    """Let ``write`` fill a folder of its own, then move its files into ``folder``.

    Returns
    -------
    tuple of str
        The names of the files, in alphabetical order.

    Raises
    ------
    BadInput
        The folder cannot be made or written to. What was begun is taken away again.
    """
    try:
        with _made(folder), _staging(folder) as staging:
            write(staging)
            names = sorted(path.name for path in staging.iterdir())
            _check_free(folder, names)
            for name in names:
                (staging / name).replace(folder / name)
    except OSError as error:
        raise _unwritable(folder, error.strerror or "the disk refused it") from None
    return tuple(names)


def _check_free(folder: Path, names: list[str]) -> None:
    """BadInput where a folder stands in the place of a result: the results before it would be new already."""
    for name in names:
        if (folder / name).is_dir():
            raise _unwritable(folder, f"{name} is a folder there")


@contextmanager
def _made(folder: Path) -> Iterator[None]:
    """Make the folder and its parents; take away those that were made if the work in it fails."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for path in missing:
            with suppress(OSError):
                path.rmdir()
        raise


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    staging = Path(tempfile.mkdtemp(prefix=".fairlead-", dir=folder))
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _unwritable(folder: Path, reason: str) -> BadInput:
    return BadInput(
        f"{folder}: the results cannot be written there ({reason}); choose another folder for --out"
    )
