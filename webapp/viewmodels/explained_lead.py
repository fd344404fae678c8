"""Why one lead has its score, in words: what lifts it and lowers it, and what would turn the decision."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from audit.rows.explaining.alone import Alone
from audit.rows.explaining.model import POINTS, Counterfactual, Explained, LeadPart, LeadStory
from webapp.explained_lead import LeadWhy, State
from webapp.language import decimal, gettext, pointed
from webapp.viewmodels.agreed import Agreed, Sizes, agreed
from webapp.viewmodels.explained_figures import Names, points
from webapp.viewmodels.fidelity import Fidelity, fidelity
from webapp.viewmodels.words import NBSP, amount, quoted_here

BENT = 0.5
"""R-squared from which a straight line follows the model near a lead."""
NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLine:
    """One field of the lead: its value, and what it adds by either method ("" where it was not asked)."""

    field: str
    value: str
    shapley: str
    lime: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadShown:
    """The section of a page. ``undefined`` says in English why nothing is told, ``trouble`` what failed."""

    state: State
    trouble: str = ""
    undefined: str = ""
    fidelity: Fidelity | None = None
    said: tuple[str, ...] = ()
    apart: bool = False
    way: str = ""
    tried: str = ""
    no_way: str = ""
    fields: tuple[FieldLine, ...] = ()
    agreed: Agreed | None = None
    notes: tuple[str, ...] = ()
    no_shapley: str = ""


def lead_shown(found: LeadWhy, hidden: Collection[str], name: Names) -> LeadShown:
    """The section; ``hidden`` are special categories not to be shown, ``name`` is the CRM's of a field."""
    if found.made is None:
        return LeadShown(state=found.state, trouble=found.trouble)
    alone, made = found.made, found.made.explained
    told = fidelity(made.explainer) if made.explainer else None
    if not made.stories:
        return LeadShown(state=found.state, undefined=made.undefined or "", fidelity=told)
    story = made.stories[0]
    parts = [one for one in story.parts if one.field not in hidden]
    share = made.unit != POINTS
    whole = len(parts) == len(story.parts)
    return LeadShown(
        state=found.state,
        fidelity=told,
        said=tuple(_said(story, parts, made, name)),
        apart=alone.selected is not alone.predicted_selected,
        way=_way(alone, story, name),
        tried=_tried(alone.back or story.counterfactual),
        no_way=made.no_recourse or "",
        fields=tuple(_line(one, name, share=share) for one in parts),
        agreed=_agreed(story, name) if whole else None,
        notes=tuple(_notes(story)),
        no_shapley=made.no_shapley or "",
    )


def _agreed(story: LeadStory, name: Names) -> Agreed | None:
    if story.agreement is None:
        return None
    sizes: Sizes = {
        "shapley": [one.shapley for one in story.parts],
        "lime": [one.lime for one in story.parts],
    }
    return agreed(story.agreement, [name(one.field) for one in story.parts], sizes)


def _said(story: LeadStory, parts: list[LeadPart], made: Explained, name: Names) -> Iterator[str]:
    share = made.unit != POINTS
    yield _standing(story, share=share)
    sized = [(one, one.lime if one.shapley is None else one.shapley) for one in parts]
    lifts = [(one, size) for one, size in sized if _worth(size, share=share) and size > 0][:NAMED]
    lowers = [(one, size) for one, size in sized if _worth(size, share=share) and size < 0][:NAMED]
    if lifts:
        yield gettext("What lifts it most: %(fields)s.", fields=_list(lifts, name, share=share))
    if lowers:
        yield gettext("What lowers it most: %(fields)s.", fields=_list(lowers, name, share=share))
    if not lifts and not lowers:
        yield gettext("No field moves it away from that of an average lead.")


def _standing(story: LeadStory, *, share: bool) -> str:
    if share:
        decided = gettext("selected") if story.score else gettext("not selected")
        return gettext(
            "The CRM's decision on this lead: %(decided)s. The imitation gives it a chance of %(told)s to be "
            "selected.",
            decided=decided,
            told=amount(story.predicted, share=True),
        )
    words = {"score": pointed(f"{story.score:.4g}"), "told": pointed(f"{story.predicted:.4g}")}
    if story.base is None:
        return gettext("The CRM gave this lead the score %(score)s; the imitation says %(told)s.", **words)
    return gettext(
        "The CRM gave this lead the score %(score)s; the imitation says %(told)s. An average lead is at "
        "%(base)s.",
        base=pointed(f"{story.base:.4g}"),
        **words,
    )


def _worth(size: float, *, share: bool) -> bool:
    """Whether it is more than nothing as it is written."""
    return abs(size) >= (0.0005 if share else 0.005)


def _list(parts: list[tuple[LeadPart, float]], name: Names, *, share: bool) -> str:
    return ", ".join(
        f"{name(one.field)}{NBSP}= {quoted_here(one.value)} ({points(size, share=share)})"
        for one, size in parts
    )


def _line(one: LeadPart, name: Names, *, share: bool) -> FieldLine:
    return FieldLine(
        field=name(one.field),
        value=one.value,
        shapley="" if one.shapley is None else points(one.shapley, share=share),
        lime=points(one.lime, share=share),
    )


def _way(alone: Alone, story: LeadStory, name: Names) -> str:
    """What would turn the decision, whichever it is."""
    made, found = alone.explained, alone.back or story.counterfactual
    if alone.predicted_selected is None or made.no_recourse is not None:
        return ""
    line = pointed(f"{made.threshold:g}")
    if found.outcome != "found":
        return _no_way(alone, line)
    steps = (" " + gettext("and") + " ").join(_steps(found, name))
    if alone.back is not None:
        return gettext(
            "The smallest change by which this lead would no longer be selected (threshold %(line)s): "
            "%(steps)s.",
            line=line,
            steps=steps,
        )
    return gettext(
        "The smallest change by which this lead would be selected (threshold %(line)s): %(steps)s.",
        line=line,
        steps=steps,
    )


def _no_way(alone: Alone, line: str) -> str:
    if alone.back is not None:
        return gettext(
            "No change of one or two fields takes this lead out of the selected ones (threshold %(line)s).",
            line=line,
        )
    return gettext("No change of one or two fields gets this lead selected (threshold %(line)s).", line=line)


def _steps(found: Counterfactual, name: Names) -> Iterator[str]:
    for one in found.changes:
        words = {
            "field": name(one.field),
            "before": quoted_here(one.before),
            "after": quoted_here(one.after),
        }
        if one.distance == 1:
            yield gettext("%(field)s from %(before)s to %(after)s", **words)
        else:
            yield gettext(
                "%(field)s from %(before)s to %(after)s (%(share)s of all leads lie between)",
                share=amount(one.distance, share=True),
                **words,
            )


def _tried(found: Counterfactual) -> str:
    if not found.tried:
        return ""
    tried = decimal(found.tried)
    if found.outcome == "found":
        return gettext("%(n)s changes were tried; none that is smaller does it.", n=tried)
    return gettext("All %(n)s changes that values of other leads allow were tried.", n=tried)


def _notes(story: LeadStory) -> Iterator[str]:
    if story.fit < BENT:
        yield gettext(
            "LIME's straight line follows the score badly near this lead, so its figures say little here."
        )
