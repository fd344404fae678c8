"""Who may sign in."""

from __future__ import annotations

from collections.abc import Iterator

from webapp.doctor.case import Case
from webapp.doctor.result import Result, warning

ABOUT = "People"


def people(case: Case) -> Iterator[Result]:
    """Whether there is an administrator."""
    if case.opened is not None and not case.opened.accounts.any_admin():
        says = "There is no administrator yet. Whoever has the code of the server can become one."
        yield warning(ABOUT, says, "Open /setup and enter the code that fairlead serve prints.")
