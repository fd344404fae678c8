"""Whether reps answer otherwise about one group, and how leads turned out whose score they overrode."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from audit.disparity.verdict import Verdict
from audit.estimate import Estimate
from audit.finding.answers import ASSOCIATION, account_sentence, gap_sentence, overridden_sentence
from audit.rows.answers import Answered, AnswerGap, AnswerRate, Share
from webapp.language import gettext, marked, shortest
from webapp.plain_audits import is_about
from webapp.viewmodels.words import VERDICT_WORDS, amount, between, counted

SHARES: tuple[tuple[Share, str], ...] = (
    ("answered", marked("Answered about")),
    ("disagreed", marked("Disagreed with")),
    ("reviewed", marked("Review asked for")),
)
KINDS: dict[Verdict, str] = {"fail": "failed", "pass": "pass", "insufficient": "insufficient"}
WORST_FIRST: tuple[Verdict, ...] = ("fail", "insufficient", "pass")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One share of one group: its value, its range and the leads behind it; or why there is none."""

    head: str
    value: str
    range: str
    leads: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLine:
    """The shares of one group."""

    group: str
    is_reference: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A comparison: the badge's kind and words, and its sentence."""

    kind: str
    words: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeSide:
    """One attribute: its groups, and every comparison with the reference group, the worst first."""

    attribute: str
    special_category: bool
    groups: tuple[GroupLine, ...]
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What the answers told when an audit was made; ``withheld`` says that something is left out."""

    account: str
    overall: tuple[Cell, ...]
    sides: tuple[AttributeSide, ...]
    overridden: tuple[str, ...]
    caveat: str
    minimum: int
    confidence: str
    withheld: bool


def visible(found: Answered, hidden: Collection[str]) -> tuple[tuple[AnswerRate, ...], tuple[AnswerGap, ...]]:
    """The shares and comparisons that are not about any of these names."""
    rates = tuple(one for one in found.rates if not hidden or not is_about(one, hidden))
    return rates, tuple(one for one in found.gaps if not hidden or not is_about(one, hidden))


def compared(found: Answered, hidden: Collection[str] = ()) -> Compared:
    """The page's part about groups, without the special categories that are ``hidden``."""
    rates, gaps = visible(found, hidden)
    names = tuple(dict.fromkeys(one.attribute for one in rates))
    return Compared(
        account=account_sentence(found),
        overall=_cells(found.overall),
        sides=tuple(_side(name, rates, gaps) for name in names),
        overridden=tuple(overridden_sentence(one) for one in found.overridden),
        caveat=ASSOCIATION,
        minimum=found.minimum,
        confidence=shortest(found.confidence * 100),
        withheld=len(rates) < len(found.rates),
    )


def _side(name: str, rates: tuple[AnswerRate, ...], gaps: tuple[AnswerGap, ...]) -> AttributeSide:
    own = [one for one in rates if one.attribute == name]
    mine = sorted(
        (one for one in gaps if one.attribute == name), key=lambda one: WORST_FIRST.index(one.verdict)
    )
    reference = next((one.reference for one in mine), None)
    return AttributeSide(
        attribute=name,
        special_category=any(one.special_category for one in own),
        groups=tuple(
            GroupLine(
                group=group,
                is_reference=group == reference,
                cells=_cells(one for one in own if one.group == group),
            )
            for group in dict.fromkeys(one.group for one in own)
        ),
        said=tuple(
            Said(
                kind=KINDS[one.verdict], words=gettext(VERDICT_WORDS[one.verdict]), sentence=gap_sentence(one)
            )
            for one in mine
        ),
    )


def _cells(rates: Iterable[AnswerRate]) -> tuple[Cell, ...]:
    found = {one.share: one.estimate for one in rates}
    return tuple(_cell(gettext(head), found[share]) for share, head in SHARES if share in found)


def _cell(head: str, one: Estimate) -> Cell:
    if one.value is None:
        return Cell(head=head, value=one.undefined or "", range="", leads="")
    return Cell(
        head=head,
        value=amount(one.value, share=True),
        range=between(one.low, one.high, share=True),
        leads=counted(one.n, "lead", "leads"),
    )
