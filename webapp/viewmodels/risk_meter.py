"""The risk of a policy as the page shows it: a word with a shape, a few figures, and the next step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.policy.coarser import Step
from connectors.policy.diversity import Diversity
from connectors.policy.linkage import Inference, Linkage
from connectors.policy.path import PathStep
from connectors.policy.write import rule_to_toml
from webapp.measuring import Measured
from webapp.viewmodels.words import NBSP, counted

# The icon of each colour has a shape of its own.
UNMEASURED = ("not_enough_data", "Risk not measured")
WORDS = {
    "green": ("pass", "Low risk"),
    "amber": ("medium", "Some risk"),
    "red": ("high", "High risk"),
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
    """One measurement. ``figures`` are a term and its sentence each; ``learned`` by sensitive column.

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
    icon, word = WORDS[found.level.colour]
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
    return WORDS.get(level, UNMEASURED)


def _figures(found: Measured) -> tuple[tuple[str, str], ...]:
    risk, attack = found.exposure.risk, found.exposure.attack
    share = risk.alone / risk.leads
    return (
        (
            "Smallest group (k)",
            counted(risk.smallest, "lead, which looks like no other", "leads that look alike"),
        ),
        ("Unique", f"{risk.alone:,} of {risk.leads:,} leads ({share:.1%}) look like no other"),
        ("Attack with an outside list", _attack(attack)),
    )


def _attack(attack: Linkage) -> str:
    if not attack.listed:
        return "no lead to attack"
    found, chance = attack.expected / attack.listed, attack.by_chance / attack.listed
    return (
        f"{found:.1%} of {attack.listed:,} people are found by their values; "
        f"by pointing at any lead {chance:.2%}"
    )


def _learned(told: Diversity, guess: Inference) -> tuple[str, ...]:
    if told.effective is None or guess.right is None or guess.base is None:
        return ("There are too few leads to tell.",)
    distinct = counted(told.distinct or 0, "value", "different values")
    far = 100 * (told.closeness or 0)
    return (
        f"Leads that look alike have at least {distinct} of it (l-diversity).",
        f"That is worth {told.effective:.2g} equally frequent values.",
        f"Their shares are up to {far:.0f}{NBSP}points off those of all leads (t-closeness).",
        (
            f"Who does not see it but all the other leads guesses it right for {guess.right:.1%} of them; "
            f"without the other columns for {guess.base:.1%}."
        ),
    )


def _step(found: Measured) -> StepView | None:
    step = found.exposure.next_step
    return None if step is None else _shown(step, found)


def _shown(step: Step, found: Measured) -> StepView:
    before, after = found.exposure.risk.alone, step.risk.alone
    return StepView(
        words=step.words.rstrip("."),
        buys=f"Then {after:,} leads look like no other, instead of {before:,}.",
        column=step.column,
        rule=rule_to_toml(step.rule) if step.rule else "",
    )


def _path(found: Measured) -> tuple[StepView, ...]:
    path = found.exposure.path
    return tuple(map(_on_the_way, path.steps)) if path else ()


def _on_the_way(step: PathStep) -> StepView:
    left = f"Of its {counted(step.was, 'value', 'different values')} {step.values:,} remain."
    return StepView(
        words=step.words.rstrip("."),
        buys=left if step.values else f"Its {counted(step.was, 'value', 'different values')} go.",
        column=step.column,
        rule=rule_to_toml(step.rule) if step.rule else "",
    )


def _path_words(found: Measured) -> str:
    path = found.exposure.path
    if path is None or not path.steps:
        return ""
    end = f"the smallest group of leads that look alike has {path.risk.smallest:,}"
    return f"With all of them {end}." if path.reached else f"Even with all of them {end}."
