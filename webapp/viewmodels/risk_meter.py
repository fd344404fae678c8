"""The risk of a policy as the page shows it: a word with a shape, a few figures, and the next step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.policy.coarser import Step
from connectors.policy.diversity import Diversity
from connectors.policy.linkage import Inference, Linkage
from connectors.policy.path import PathStep
from connectors.policy.write import rule_to_toml
from webapp.language import decimal, english, gettext, marked, ngettext, shortest
from webapp.measuring import Measured
from webapp.viewmodels.words import counted

# The icon of each colour has a shape of its own.
UNMEASURED = ("not_enough_data", marked("Risk not measured"))
WORDS = {
    "green": ("pass", marked("Low risk")),
    "amber": ("medium", marked("Some risk")),
    "red": ("high", marked("High risk")),
    "unmeasured": UNMEASURED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """The best next step, and what the form needs to take it (``rule`` is "" where the column goes)."""

    words: str
    buys: str
    column: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskMeter:
    """One measurement. ``figures`` are a term (in English) and its sentence each; ``learned`` by column.

    ``path`` are the steps to groups that are large enough, and ``path_words`` what they buy together.
    """

    icon: str
    word: str
    sentences: tuple[str, ...]
    ground: str
    known: tuple[str, ...]
    figures: tuple[tuple[str, str], ...]
    learned: tuple[tuple[str, tuple[str, ...]], ...]
    step: StepView | None
    path: tuple[StepView, ...]
    path_words: str
    choices: tuple[tuple[str, bool], ...]
    red: bool


def risk_meter(found: Measured, readable: Sequence[str]) -> RiskMeter:
    """The measurement of a draft whose readable columns are ``readable``."""
    icon, word = level_words(found.level.colour)
    exposed = found.exposure
    return RiskMeter(
        icon=icon,
        word=word,
        sentences=found.level.sentences,
        ground=found.ground,
        known=found.known,
        figures=_figures(found) if exposed.risk.leads else (),
        learned=tuple((told.column, _learned(told, guess)) for told, guess in exposed.learned),
        step=_step(found),
        path=_path(found),
        path_words=_path_words(found),
        choices=tuple((name, name in found.sensitive) for name in readable),
        red=found.level.colour == "red",
    )


def level_words(level: str) -> tuple[str, str]:
    """Icon and words of a level in the history."""
    icon, word = WORDS.get(level, UNMEASURED)
    return icon, gettext(word)


def _figures(found: Measured) -> tuple[tuple[str, str], ...]:
    risk, attack = found.exposure.risk, found.exposure.attack
    alone = gettext(
        "%(alone)s of %(leads)s leads (%(share)s%%) look like no other",
        alone=decimal(risk.alone),
        leads=decimal(risk.leads),
        share=_percent(risk.alone / risk.leads),
    )
    return (
        (
            marked("Smallest group (k)"),
            counted(risk.smallest, "lead, which looks like no other", "leads that look alike"),
        ),
        (marked("Unique"), alone),
        (marked("Attack with an outside list"), _attack(attack)),
    )


def _attack(attack: Linkage) -> str:
    if not attack.listed:
        return gettext("no lead to attack")
    return gettext(
        "%(found)s%% of %(people)s people are found by their values; by pointing at any lead %(chance)s%%",
        found=_percent(attack.expected / attack.listed),
        people=decimal(attack.listed),
        chance=_percent(attack.by_chance / attack.listed, 2),
    )


def _percent(share: float, digits: int = 1) -> str:
    return decimal(100 * share, digits)


def _learned(told: Diversity, guess: Inference) -> tuple[str, ...]:
    if told.effective is None or guess.right is None or guess.base is None:
        return (gettext("There are too few leads to tell."),)
    return (
        ngettext(
            "Leads that look alike have at least %(n)s\N{NO-BREAK SPACE}value of it (l-diversity).",
            "Leads that look alike have at least %(n)s\N{NO-BREAK SPACE}different values of it "
            "(l-diversity).",
            told.distinct or 0,
        ),
        gettext("That is worth %(n)s equally frequent values.", n=shortest(told.effective, ".2g")),
        gettext(
            "Their shares are up to %(far)s\N{NO-BREAK SPACE}points off those of all leads (t-closeness).",
            far=decimal(100 * (told.closeness or 0)),
        ),
        gettext(
            "Who does not see it but all the other leads guesses it right for %(right)s%% of them; "
            "without the other columns for %(base)s%%.",
            right=_percent(guess.right),
            base=_percent(guess.base),
        ),
    )


def _step(found: Measured) -> StepView | None:
    step = found.exposure.next_step
    return None if step is None else _shown(step, found)


def _shown(step: Step, found: Measured) -> StepView:
    before, after = found.exposure.risk.alone, step.risk.alone
    return StepView(
        words=_told(step.words),
        buys=gettext(
            "Then %(after)s leads look like no other, instead of %(before)s.",
            after=decimal(after),
            before=decimal(before),
        ),
        column=step.column,
        rule=rule_to_toml(step.rule) if step.rule else "",
    )


def _told(words: str) -> str:
    """What a step does, as the policy says it, in English."""
    return english(words.rstrip("."))


def _path(found: Measured) -> tuple[StepView, ...]:
    path = found.exposure.path
    return tuple(map(_on_the_way, path.steps)) if path else ()


def _on_the_way(step: PathStep) -> StepView:
    left = ngettext(
        "Of its %(n)s\N{NO-BREAK SPACE}value %(values)s remain.",
        "Of its %(n)s\N{NO-BREAK SPACE}different values %(values)s remain.",
        step.was,
        values=decimal(step.values),
    )
    gone = ngettext(
        "Its %(n)s\N{NO-BREAK SPACE}value go.",
        "Its %(n)s\N{NO-BREAK SPACE}different values go.",
        step.was,
    )
    return StepView(
        words=_told(step.words),
        buys=left if step.values else gone,
        column=step.column,
        rule=rule_to_toml(step.rule) if step.rule else "",
    )


def _path_words(found: Measured) -> str:
    path = found.exposure.path
    if path is None or not path.steps:
        return ""
    smallest = decimal(path.risk.smallest)
    if path.reached:
        return gettext("With all of them the smallest group of leads that look alike has %(n)s.", n=smallest)
    return gettext("Even with all of them the smallest group of leads that look alike has %(n)s.", n=smallest)
