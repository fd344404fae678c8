"""What a portal's admin set up, as an app may read it: pipelines, validation rules, lead scores."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request, Response

from connectors.sandbox.hubspot.asking import cursor, named_kind, not_found, page_limit
from connectors.sandbox.hubspot.kinds import Kind
from connectors.sandbox.hubspot.pipelines import Pipeline
from connectors.sandbox.hubspot.replies import missing_scopes, problem, reply
from connectors.sandbox.hubspot.rules import rules_by_property
from connectors.sandbox.hubspot.scoring import score_history
from connectors.sandbox.hubspot.world import World

SCORING_SCOPE = "mh-lead-scoring-view"
_PAGE = 100


def list_pipelines(world: World, request: Request, kind: Kind) -> Response:
    """The pipelines of an object type."""
    del request
    found = world.pipelines.get(kind, [])
    return reply({"results": [one.document(place) for place, one in enumerate(found)]})


def read_pipeline(world: World, request: Request, kind: Kind, name: str) -> Response:
    """One pipeline."""
    del request
    place, pipeline = _pipeline(world, kind, name)
    return reply(pipeline.document(place))


def list_stages(world: World, request: Request, kind: Kind, name: str) -> Response:
    """The stages of a pipeline."""
    del request
    place, pipeline = _pipeline(world, kind, name)
    return reply({"results": pipeline.document(place)["stages"]})


def list_validations(world: World, request: Request, kind: Kind) -> Response:
    """The rules that the portal's admin made for the values of properties."""
    del request
    rules = rules_by_property(world.control.rules, world.tables[kind].definitions)
    return reply(
        {"results": [{"propertyName": name, "propertyValidationRules": r} for name, r in rules.items()]}
    )


def list_validations_of(world: World, request: Request, kind: Kind, name: str) -> Response:
    """The rules for one property."""
    del request
    return reply(
        {"results": rules_by_property(world.control.rules, world.tables[kind].definitions).get(name, [])}
    )


def list_scores(world: World, request: Request) -> Response:
    """The lead scores of the portal."""
    _check_scoring(world)
    limit = page_limit(request.args.get("limit", str(_PAGE)), _PAGE)
    start = cursor(request.args.get("after", "0"))
    scores = [score for number, score in sorted(world.scoring.scores.items()) if number >= start]
    document: dict[str, Any] = {"results": [score.fragment() for score in scores[:limit]]}
    if len(scores) > limit:
        document["paging"] = {"next": {"after": str(scores[limit].id)}}
    return reply(document)


def read_score(world: World, request: Request, name: str) -> Response:
    """One score with its rules."""
    del request
    _check_scoring(world)
    score = world.scoring.scores.get(int(name)) if name.isdecimal() else None
    if score is None:
        raise not_found()
    return reply(score.document())


def read_score_history(world: World, request: Request) -> Response:
    """When a record's score changed, and which properties changed with it."""
    _check_scoring(world)
    kind = named_kind(request.args.get("objectTypeId", ""))
    number = world.tables[kind].find(request.args.get("objectId", ""))
    output = request.args.get("outputProperty", "")
    score = next((one for one in world.scoring.scores.values() if one.output == output), None)
    if number is None or score is None:
        raise not_found()
    limit = page_limit(request.args.get("limit", str(_PAGE)), _PAGE)
    start = cursor(request.args.get("after", "0"))
    entries = score_history(world.tables[kind], number, score)
    document: dict[str, Any] = {"results": entries[start : start + limit]}
    if start + limit < len(entries):
        document["paging"] = {"next": {"after": str(start + limit)}}
    return reply(document)


def _pipeline(world: World, kind: Kind, name: str) -> tuple[int, Pipeline]:
    found = [(place, one) for place, one in enumerate(world.pipelines.get(kind, ())) if one.id == name]
    if not found:
        raise not_found()
    return found[0]


def _check_scoring(world: World) -> None:
    """Refuse where the beta is not to be had. Raises Problem (403, 404)."""
    if world.control.lead_scoring == "off":
        raise problem(404, "NOT_FOUND", "resource not found")
    if world.control.lead_scoring == "forbidden":
        raise missing_scopes([SCORING_SCOPE])
