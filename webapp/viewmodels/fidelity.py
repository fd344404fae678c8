"""How far a model that is explained can be trusted to speak for the score, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from audit.rows.explaining.model import Explainer
from audit.rows.surrogate import Measure
from webapp.language import gettext, marked
from webapp.viewmodels.words import amount, between

MODELS: Mapping[str, str] = MappingProxyType(
    {
        "boosting": marked(
            "The CRM does not say how it makes the score. What is explained is an imitation of it, by "
            "decision trees over the fields that are held here."
        ),
        "linear": marked(
            "The CRM does not say how it makes the score. What is explained is an imitation of it, by "
            "straight lines over the fields that are held here."
        ),
        "pipeline": marked("What is explained is your own model."),
    }
)

GOOD: Mapping[Measure, float] = MappingProxyType({"r2": 0.8, "auc": 0.9})
"""Below this a good part of the score is told by nothing that is held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fidelity:
    """What is explained, how well it tells the score, and the same so short that it fits beside a figure."""

    model: str
    told: tuple[str, ...]
    short: str
    trusted: bool


def fidelity(one: Explainer) -> Fidelity:
    """The fidelity of a model in words."""
    return Fidelity(
        model=gettext(MODELS[one.kind]),
        told=tuple(_told(one)),
        short=_short(one) if one.faithful else gettext("The imitation is poor: do not rely on this."),
        trusted=one.faithful,
    )


def of_100(share: float) -> int:
    """So many of a hundred; all and none only where it is exactly that."""
    if 0 < share < 1:
        return min(max(round(share * 100), 1), 99)
    return round(share * 100)


def _short(one: Explainer) -> str:
    if one.ordered is not None:
        n = of_100(one.ordered)
        return gettext(
            "Fidelity: the imitation repeats %(n)s in 100 of the score's orderings of two leads.", n=n
        )
    value, ends = _measured(one)
    return gettext(
        "Fidelity: the imitation tells %(value)s of the score's spread (%(ends)s).", value=value, ends=ends
    )


def _told(one: Explainer) -> Iterator[str]:
    if one.ordered is not None:
        yield gettext(
            "Of 100 pairs of leads with unlike scores it puts %(n)s in the score's order (by chance: 50).",
            n=of_100(one.ordered),
        )
    value, ends = _measured(one)
    if one.measure == "r2" and one.fidelity <= 0:
        yield gettext("It tells nothing of how much scores differ from lead to lead.")
    elif one.measure == "r2":
        yield gettext(
            "It tells %(value)s (%(ends)s) of how much scores differ from lead to lead.",
            value=value,
            ends=ends,
        )
    else:
        yield gettext(
            "Of pairs of a selected lead and another one it tells %(value)s (%(ends)s) apart.",
            value=value,
            ends=ends,
        )
    if one.same_side.value is not None:
        yield gettext(
            "It puts %(n)s of 100 leads on the score's side of the threshold.", n=of_100(one.same_side.value)
        )
    if one.faithful and one.fidelity < GOOD[one.measure]:
        yield gettext(
            "So a good part of the score goes by something that is not held here, of which nothing is said."
        )
    yield gettext("All of this is about leads that it did not learn from.")


def _measured(one: Explainer) -> tuple[str, str]:
    ends = between(max(one.low, 0.0), min(one.high, 1.0), share=True)
    return amount(max(one.fidelity, 0.0), share=True), ends
