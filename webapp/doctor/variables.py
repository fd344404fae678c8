"""The settings as they are given: do they parse, is a name misspelt, may others read a secret."""

from __future__ import annotations

import difflib
import stat
from collections.abc import Iterator
from pathlib import Path

from webapp.doctor.case import Case
from webapp.doctor.result import Result, fine, warning, wrong
from webapp.environment import FROM_COMMAND, PREFIX, variable
from webapp.settings import Settings

ABOUT, FILES = "Settings", "Secret files"
MEND = "Set it right, then start Fairlead again. docs/reference/settings.md explains every setting."
ALIKE = 0.82


def parse(case: Case) -> Iterator[Result]:
    """Whether the settings do, a sentence for each that does not."""
    for sentence in case.refused:
        yield wrong(ABOUT, sentence, MEND)
    if not case.refused:
        yield fine(ABOUT, "Every setting is one that Fairlead can use.")


def misspelt(case: Case) -> Iterator[Result]:
    """Names that look like a setting and are none: Fairlead would pass over them."""
    known = _names()
    for name in sorted(case.environ):
        if name.startswith(PREFIX) and name not in known and case.environ[name].strip():
            meant = difflib.get_close_matches(
                name.removeprefix(PREFIX), [one.removeprefix(PREFIX) for one in known], 1, ALIKE
            )
            if meant:
                says = f"{name} is no setting, so it counts for nothing."
                yield warning(ABOUT, says, f"Write {PREFIX}{meant[0]}, if that is what was meant.")


def files(case: Case) -> Iterator[Result]:
    """Files with secrets that other accounts of the machine may read."""
    named = sorted(name for name in _names() if name.endswith("_FILE") and case.environ.get(name))
    open_to_all = [name for name in named if _is_open(Path(case.environ[name]))]
    for name in open_to_all:
        says = f"The file of {name} can be read by every account of this machine."
        yield warning(FILES, says, "Let only the account that runs Fairlead read it (chmod 600, or 640).")
    if named and not open_to_all:
        yield fine(FILES, "No file with a setting is open to every account.")


def _names() -> frozenset[str]:
    """Every name that settings are read from."""
    names = {variable(field) for field in Settings.model_fields}
    return frozenset({*names, *(f"{one}_FILE" for one in names), *(f"{one}_COMMAND" for one in FROM_COMMAND)})


def _is_open(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & stat.S_IROTH)
    except OSError:
        return False
