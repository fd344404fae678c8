"""What drives a score and its gaps: the newest explanation of a connection, in short and whole."""

from __future__ import annotations

from pydantic import Field

from audit.estimate import Estimate
from audit.report.explanation.json_form import to_json
from audit.report.explanation.summary import summary
from audit.rows.explaining.model import Agreement, Driver, Explained, Explainer, GapStory, Method, Verdict
from audit.rows.surrogate import Measure
from webapp.api.operation import Ask, File, Nothing, Operation
from webapp.api.problem import not_found
from webapp.api.shape import Answer, Id, Moment
from webapp.explanations import Found, newest
from webapp.plain_explanations import hidden_for, plain_found


class Spread(Answer):
    """A figure with the ends of its range; all are null where it is not defined, and the reason says why."""

    value: float | None
    low: float | None
    high: float | None
    undefined: str | None


class Fidelity(Answer):
    """How well the model that is explained repeats the score of leads that it did not learn from."""

    model: str = Field(description="boosting or linear: an imitation of the score; pipeline: your own model.")
    measure: Measure = Field(description="r2 for a score, auc for a decision.")
    value: float
    low: float
    high: float
    faithful: bool = Field(description="Where it is false, nothing is explained.")
    pairs_in_order: float | None = Field(
        description="Share of pairs of leads with unlike scores that it puts in their order; 0.5 is chance."
    )
    same_side: Spread = Field(description="Share of leads that it puts on the score's side of the threshold.")


class DriverAnswer(Answer):
    """A field, or near copies together, by three methods."""

    fields: tuple[str, ...]
    permutation: Spread = Field(description="Share of the score's spread that is lost without it.")
    shapley: Spread = Field(description="Mean size of what it adds to a score (SHAP), in the unit.")
    lime: Spread = Field(description="The same by LIME.")


class AgreementAnswer(Answer):
    """Whether two methods put the fields in the same order."""

    one: Method
    other: Method
    verdict: Verdict
    rank: float | None = Field(description="Spearman's correlation over the fields that matter.")
    text: str


class GapPartAnswer(Answer):
    """What a field carries of a gap, by two methods; group minus reference."""

    fields: tuple[str, ...]
    neutral: Spread = Field(description="How much less the gap is with the same values for everybody.")
    shapley: Spread


class GapAnswer(Answer):
    """One sure gap in mean score, and what drives it."""

    attribute: str
    group: str
    reference: str
    gap: float
    predicted: Spread
    parts: tuple[GapPartAnswer, ...]
    agreement: AgreementAnswer | None


class ExplanationAnswer(Answer):
    """The newest explanation of a connection's score. It holds figures of groups, and no lead."""

    id: Id
    connection: Id
    made_at: Moment
    made_by: str
    stream_version: int
    leads: int
    looked_at: int
    unit: str
    undefined: str | None = Field(description="Why nothing is explained.")
    verdict: str
    fidelity: Fidelity | None
    drivers: tuple[DriverAnswer, ...]
    agreements: tuple[AgreementAnswer, ...]
    gaps: tuple[GapAnswer, ...]
    withheld: bool = Field(description="Whether special categories were left out for this token.")


def _one(ask: Ask[Nothing]) -> ExplanationAnswer:
    whole = _found(ask)
    found = _seen(ask, whole)
    made = found.report.explained
    return ExplanationAnswer(
        id=found.id,
        connection=found.connection_id,
        made_at=found.made_at,
        made_by=found.who,
        stream_version=found.stream_version,
        leads=made.leads,
        looked_at=made.looked_at,
        unit=made.unit,
        undefined=made.undefined,
        verdict=summary(made).verdict,
        fidelity=_fidelity(made.explainer),
        drivers=tuple(_driver(one) for one in made.drivers),
        agreements=tuple(_agreements(made)),
        gaps=tuple(_gap(one) for one in made.gaps),
        withheld=found is not whole,
    )


def _json(ask: Ask[Nothing]) -> File:
    whole = _found(ask)
    found = _seen(ask, whole)
    return File(text=whole.text if found is whole else to_json(found.report))


def _found(ask: Ask[Nothing]) -> Found:
    found = newest(ask.opened, ask.connection())
    if found is None:
        raise not_found()
    return found


def _seen(ask: Ask[Nothing], found: Found) -> Found:
    """As the token may see it."""
    if ask.grant.special:
        return found
    return plain_found(found, hidden_for(ask.opened, found))


def _fidelity(one: Explainer | None) -> Fidelity | None:
    if one is None:
        return None
    return Fidelity(
        model=one.kind,
        measure=one.measure,
        value=one.fidelity,
        low=one.low,
        high=one.high,
        faithful=one.faithful,
        pairs_in_order=one.ordered,
        same_side=_spread(one.same_side),
    )


def _driver(one: Driver) -> DriverAnswer:
    return DriverAnswer(
        fields=one.fields,
        permutation=_spread(one.permutation),
        shapley=_spread(one.shapley),
        lime=_spread(one.lime),
    )


def _agreements(made: Explained) -> list[AgreementAnswer]:
    return [_agreement(one) for one in made.agreements]


def _agreement(one: Agreement) -> AgreementAnswer:
    return AgreementAnswer(one=one.one, other=one.other, verdict=one.verdict, rank=one.rank, text=one.text)


def _gap(one: GapStory) -> GapAnswer:
    parts = (
        GapPartAnswer(fields=each.fields, neutral=_spread(each.neutral), shapley=_spread(each.shapley))
        for each in one.parts
    )
    return GapAnswer(
        attribute=one.attribute,
        group=one.group,
        reference=one.reference,
        gap=one.gap,
        predicted=_spread(one.predicted),
        parts=tuple(parts),
        agreement=_agreement(one.agreement) if one.agreement else None,
    )


def _spread(one: Estimate) -> Spread:
    return Spread(value=one.value, low=one.low, high=one.high, undefined=one.undefined)


HERE = "/connections/{connection_id}/explanation"
PLAIN = "A token without read:special gets it without special categories."
OPERATIONS = (
    Operation(
        name="get_explanation",
        path=HERE,
        tag="Explanations",
        summary="The newest explanation of the score: its fidelity, what drives the score and its gaps",
        words=PLAIN,
        does=_one,
        answers=ExplanationAnswer,
        scope="read:explanations",
    ),
    Operation(
        name="get_explanation_json",
        path=f"{HERE}/explanation.json",
        tag="Explanations",
        summary="The newest explanation whole, byte for byte as it is kept",
        words=f"The form is fairlead.explanation/1 (docs/reference/explanation-json.md). {PLAIN}",
        does=_json,
        answers="application/json",
        scope="read:explanations",
    ),
)
