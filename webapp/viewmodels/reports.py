"""The papers that an audit offers: what each is for, and its files."""

from __future__ import annotations

from dataclasses import dataclass

from audit.report.pdf import offered
from webapp.language import gettext, marked

FORMS = {
    "html": marked("Page (HTML)"),
    "md": marked("Text (Markdown)"),
    "json": marked("Data (JSON)"),
    "pdf": marked("Paper (PDF)"),
}
_TWO, _THREE = ("html", "md", "pdf"), ("html", "md", "json", "pdf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One paper: its name in addresses, its title, what it is for, and its forms with their words."""

    name: str
    title: str
    about: str
    forms: tuple[tuple[str, str], ...]


# What may be made without special categories; all others want the whole audit.
PLAIN = ("summary", "model-card")
PAPERS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "summary": (
        marked("In plain words"),
        marked("One page for who has a minute: what was found, what to do, how sure it is."),
        _TWO,
    ),
    "model-card": (
        marked("Model card"),
        marked("The score's data, groups, numbers with ranges and limits, for a register of models."),
        _TWO,
    ),
    "feedback": (
        marked("What people said"),
        marked("Reps' answers by group, whether overridden scores turned out better, notes of other teams."),
        _TWO,
    ),
    "report": (marked("Full report"), marked("Every table and chart, for print."), ("pdf",)),
    "ll144": (
        marked("New York City, Local Law 144"),
        marked("Rates and impact ratios as a bias audit shows them."),
        _THREE,
    ),
    "ugesp": (
        marked("Uniform Guidelines (EEOC)"),
        marked("The four-fifths rule, with both kinds of significance."),
        _THREE,
    ),
    "gdpr": (
        marked("GDPR, Articles 15, 22 and 30"),
        marked("Logic, decisions, record of processing."),
        _THREE,
    ),
    "eu-ai-act": (
        marked("EU AI Act, Articles 10, 12 and 13"),
        marked("Bias, logs, performance by group."),
        _THREE,
    ),
    "ccpa-admt": (
        marked("California, risk assessment (CCPA)"),
        marked("What an assessment of automated decisions needs from an audit."),
        _THREE,
    ),
}


def offers(*, whole: bool) -> tuple[Offer, ...]:
    """The papers that somebody may have: all of them, or those that can do without special categories."""
    names = [name for name in PAPERS if whole or name in PLAIN]
    made = [_offer(name) for name in names]
    return tuple(one for one in made if one.forms)


def has(paper: str, form: str) -> bool:
    """Whether there is such a file."""
    return paper in PAPERS and form in PAPERS[paper][2]


def _offer(name: str) -> Offer:
    title, about, forms = PAPERS[name]
    there = [form for form in forms if form != "pdf" or offered()]
    return Offer(
        name=name,
        title=gettext(title),
        about=gettext(about),
        forms=tuple((form, gettext(FORMS[form])) for form in there),
    )
