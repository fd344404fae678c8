"""The first lines of the page: how good the model is, what drives the score, the gaps, and the ways over."""

from __future__ import annotations

from dataclasses import dataclass

from audit.finding.words import amount, count, percent, quoted
from audit.report.explanation.view import several
from audit.rows.explaining.model import POINTS, Explained, Explainer, GapStory, GroupRecourse

MODELS = {
    "boosting": "an imitation of the score by trees",
    "linear": "an imitation of the score by straight lines",
    "pipeline": "your own pipeline",
}

NO_GAP = "No gap in mean score is sure, so none is explained."
NO_LONGER_WAY = (
    "Of those whom the model leaves under the threshold, no group surely has fewer or longer ways over."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Short paragraphs; ``verdict`` is the headline. Empty where there is nothing to say."""

    verdict: str
    model: str
    methods: str
    gaps: tuple[str, ...]
    recourse: str


def summary(made: Explained) -> Summary:
    """The page's first lines, each from the figures."""
    model = _model(made.explainer, _what(made)) if made.explainer else ""
    if made.undefined is not None or not made.drivers:
        told = f"Nothing is explained: {made.undefined}."
        return Summary(verdict=told, model=model, methods="", gaps=(), recourse="")
    return Summary(
        verdict=_verdict(made),
        model=model,
        methods=_methods(made),
        gaps=tuple(_gap(one, made.unit) for one in made.gaps) or (NO_GAP,),
        recourse=_recourse(made),
    )


def _verdict(made: Explained) -> str:
    used = [one for one in made.drivers if (one.permutation.low or 0.0) > 0]
    if not used:
        return "The score surely goes by none of the fields."
    first = several(used[0].fields)
    rest = f", then {several(used[1].fields)}" if len(used) > 1 else ""
    return f"The score goes most by {first}{rest}."


def _what(made: Explained) -> str:
    return "What is explained is" if made.undefined is None else "What was learned is"


def _spread(one: Explainer) -> str:
    if one.fidelity <= 0:
        return "It tells nothing of the score's spread"
    return (
        f"It tells {percent(one.fidelity)} of the score's spread ({percent(one.low)} to {percent(one.high)})"
    )


def _model(one: Explainer, what: str) -> str:
    told = (
        _spread(one)
        if one.measure == "r2"
        else f"It ranks decisions with an AUC of {one.fidelity:.2f} ({one.low:.2f} to {one.high:.2f})"
    )
    same = one.same_side
    side = (
        f", and puts {_per_cent(same.value)} of the leads on the score's side of the threshold"
        if same.value is not None
        else ""
    )
    note = f" {one.note}" if one.note else ""
    return f"{what} {MODELS[one.kind]}. {told}{side}.{note}"


def _methods(made: Explained) -> str:
    texts = [one.text for one in made.agreements]
    if made.no_shapley:
        texts.append(f"There are no SHAP values. {made.no_shapley}")
    return " ".join(texts)


def _gap(one: GapStory, unit: str) -> str:
    times, what = (1, "score points") if unit == POINTS else (100, "points of chance to be selected")
    size = times * (one.predicted.value or 0.0)
    told = (
        f"{quoted(one.group)} has {amount(times * abs(one.gap))} {what}"
        f" {'less' if one.gap < 0 else 'more'} than {quoted(one.reference)} ({one.attribute}); the"
        f" predictions of the leads looked at differ by {_signed(size)}."
    )
    sure = [part for part in one.parts if _same_sign(part.neutral.low, part.neutral.high)]
    with_it = [part for part in sure if (part.neutral.value or 0.0) * one.gap > 0]
    if not with_it:
        return f"{told} No single field surely carries a part."
    first = with_it[0]
    part = times * (first.neutral.value or 0.0)
    most = "Most" if abs(part) >= abs(size) / 2 else "The largest part"
    return f"{told} {most} of it goes through {several(first.fields)}: {_signed(part)}."


def _signed(value: float) -> str:
    """With as many digits as matter: a score may run from 0 to 1."""
    return f"{'+' if value > 0 else ''}{amount(value)}"


def _recourse(made: Explained) -> str:
    if made.no_recourse is not None:
        return f"Ways over the threshold were not looked for: {made.no_recourse}."
    sure = [one for one in made.recourse if _same_sign(one.way_gap.low, one.way_gap.high)]
    longer = [one for one in made.recourse if _same_sign(one.size_gap.low, one.size_gap.high)]
    if not sure and not longer:
        return NO_LONGER_WAY
    told = []
    if sure:
        told.append(_fewer(max(sure, key=lambda one: abs(one.way_gap.value or 0.0)), made))
    if longer:
        told.append(_longer(max(longer, key=lambda one: abs(one.size_gap.value or 0.0))))
    return " ".join(told)


def _fewer(one: GroupRecourse, made: Explained) -> str:
    other = next(each for each in made.recourse if each.attribute == one.attribute and each.reference)
    return (
        f"Of {count(one.under)} of {quoted(one.group)} ({one.attribute}) under the threshold,"
        f" {_per_cent(one.way.value)} could get over by one field; of {quoted(other.group)}"
        f" {_per_cent(other.way.value)}."
    )


def _longer(one: GroupRecourse) -> str:
    way = "longer" if (one.size_gap.value or 0.0) > 0 else "shorter"
    return (
        f"Where one field does it, the way is {way} for {quoted(one.group)} ({one.attribute}) by"
        f" {abs(one.size_gap.value or 0.0) * 100:.1f} points of the leads that lie between."
    )


def _same_sign(low: float | None, high: float | None) -> bool:
    return low is not None and high is not None and (low > 0 or high < 0)


def _per_cent(value: float | None) -> str:
    return "an unknown share" if value is None else f"{value * 100:.0f} %"
