"""Which files belong to which part of the catalogue, so that people can translate side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

ROOT = Path(__file__).resolve().parents[1]
"""The folder of webapp."""
REST = "rules"
"""The part of every file that `NAMED` does not give to another."""
NAMED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "frame": (
            *(
                "templates/base.html",
                "templates/_forms.html",
                "templates/_help.html",
                "templates/_icons.html",
            ),
            *("templates/_term.html", "templates/account.html"),
            *(
                "templates/canvas_explanation.html",
                "templates/error.html",
                "templates/help_*.html",
                "templates/invitation.html",
            ),
            *(
                "templates/login.html",
                "templates/panel.html",
                "templates/people.html",
                "templates/setup.html",
            ),
            *("account_names.py", "auth.py", "help/*.py", "language.py"),
            *("panel_words.py", "panels.py", "passwords.py"),
            *("roles.py", "sign_in/*.py", "store/accounts.py", "store/identities.py", "store/invitations.py"),
            *("store/people.py", "store/taken_names.py", "store/way_in.py"),
            *("viewmodels/people.py", "viewmodels/words.py"),
            *("views/account.py", "views/auth.py", "views/errors.py", "views/helping.py", "views/inbound.py"),
            *("views/invitations.py", "views/people.py", "views/single_sign_on.py"),
        ),
        "audits": (
            *("templates/_account.html", "templates/_figure.html", "templates/_finding.html"),
            *("templates/_flow.html", "templates/_interval.html", "templates/_measures.html"),
            *("templates/_paper.html", "templates/_thresholds.html", "templates/audit.html"),
            *("templates/dashboard.html", "templates/dossier.html", "templates/figure.html"),
            *("templates/finding.html", "templates/paper.html", "templates/paper_file.html"),
            *("charts/*.py", "deciding.py", "evidence/*.py", "rights/*.py", "open_audits.py"),
            *("plain_audits.py", "viewmodels/account.py", "viewmodels/audit.py", "viewmodels/changed.py"),
            *("viewmodels/dashboard.py", "viewmodels/evidence_list.py", "viewmodels/examined.py"),
            *("viewmodels/finding_page.py", "viewmodels/glance.py", "viewmodels/groups.py"),
            *("viewmodels/measures.py", "viewmodels/picture.py", "viewmodels/synced.py"),
            *("viewmodels/thresholds.py", "views/audits.py", "views/dashboard.py", "views/evidence.py"),
            *("views/loading.py", "views/papers.py", "views/reports.py", "viewmodels/reports.py"),
            *("templates/_reports.html", "templates/summary.html", "wording.py"),
            *("answering.py", "templates/answers.html", "viewmodels/answers_*.py", "views/answers.py"),
            *("templates/remarks.html", "viewmodels/remarks.py", "views/remarks.py", "store/remarks.py"),
        ),
        "watch": (
            *("templates/_watched_gap.html", "templates/monitoring*.html", "templates/scorecards*.html"),
            *("gap_watch/*.py", "viewmodels/monitoring.py", "viewmodels/scorecards.py"),
            *("viewmodels/watched_gap.py", "views/monitoring.py", "views/scorecards.py"),
            *("drift_watch/*.py", "keeping_up.py", "templates/drift.html", "viewmodels/drift*.py"),
            *("views/drift.py", "alerts/from_drift.py"),
            *("templates/expected.html", "viewmodels/expected*.py", "views/expected.py"),
            *(
                "templates/_scorecard.html",
                "templates/_after.html",
                "viewmodels/after.py",
                "alerts/from_outcomes.py",
            ),
        ),
    }
)
ENGLISH_ONLY = ("api/*", "cli/*", "demo/*", "store/migrations/*", "translations/*", "watching/*")
"""What speaks to machines and to who works at a terminal."""
ON_PAGES_TOO = ("api/making.py", "api/scopes.py")
"""What of it the page of the tokens says as well."""
PARTS = (*NAMED, REST)


def files(part: str) -> tuple[Path, ...]:
    """The templates and modules of a part, in order of their names."""
    return tuple(path for path in _spoken() if part_of(path) == part)


def part_of(path: Path) -> str:
    """The part that a file belongs to."""
    return next((part for part, shapes in NAMED.items() if _any(path, shapes)), REST)


def _spoken() -> Iterator[Path]:
    found = sorted([*ROOT.rglob("*.py"), *(ROOT / "templates").glob("*.html")])
    return (path for path in found if _any(path, ON_PAGES_TOO) or not _any(path, ENGLISH_ONLY))


def _any(path: Path, shapes: tuple[str, ...]) -> bool:
    name = path.relative_to(ROOT).as_posix()
    return any(_fits(name, shape) for shape in shapes)


def _fits(name: str, shape: str) -> bool:
    start, star, end = shape.partition("*")
    return name.startswith(start) and name.endswith(end) if star else name == shape
