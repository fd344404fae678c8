"""The whole audit in one function: an admitted table in, a report out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import pyarrow as pa

from audit.caution import cautions
from audit.caution.accounts import alike
from audit.caution.joint import given_away_together
from audit.caution.unseen import changeable_verdicts
from audit.caution.weight import by_weight
from audit.clustering.accounts import Accounts, accounts_of
from audit.clustering.effect import DesignEffects
from audit.clustering.jackknife import design_effects
from audit.clustering.leave_out import whole_and_parts
from audit.compat.listing import clarify
from audit.cube import Cube
from audit.disparity import compare
from audit.disparity.association import associations
from audit.disparity.relative import relative_estimates
from audit.finding import Caution
from audit.finding.conclude import findings
from audit.finding.facts import Facts
from audit.finding.feedback import loop_caution
from audit.finding.worst_off import worst_off
from audit.intake import Intake
from audit.membership import MembershipEstimate, estimated_groups, membership_estimates
from audit.metrics import estimates
from audit.metrics.clustered import clustered_alone
from audit.metrics.together import together
from audit.regulation import regulate
from audit.report.digest import of_stream, of_table
from audit.report.model import VERSION, Digests, Report, Settings
from audit.rows.examine import Examination, examine
from audit.rows.feedback import Feedback, feedback
from audit.rows.matching.flip_test import flip_tests
from audit.rows.proxy import gap_pairs, proxies
from audit.rows.treatment import Treatment, treatment
from audit.schema import Stream
from audit.score_scale import cube_scale
from audit.subgroups import Verified, search
from audit.tally import DEFAULT, count
from audit.tally.columns import with_decision
from audit.unseen import Bound, bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRequest:
    """How to audit: the seed, the engine, and what the caller knows and the table does not.

    The digests are SHA-256 in hexadecimal of the stream's text, the data file and the policy; the
    first two are made from the parsed stream and the admitted table where they are None.
    ``cautions`` come first among the warnings ("the score was trained in the demo").
    """

    seed: int = 0
    engine: str = "auto"
    stream_digest: str | None = None
    data_digest: str | None = None
    policy_digest: str | None = None
    cautions: tuple[Caution, ...] = ()


def audit(intake: Intake, stream: Stream, request: AuditRequest) -> Report:
    """Audit an admitted table. Pure: the same input and seed give the same report, byte for byte.

    Raises BadInput where the engine does not exist, a column has too many values to count, or the
    stream names a reference group that no lead has.
    """
    cube = count(intake.table, stream, request.engine)
    # Intake guesses a range to find errors; from here on there is one range, the one that is counted on.
    intake = replace(intake, score_range=cube_scale(cube, stream))
    seen = _seen(intake, stream, cube, request.seed)
    return Report(
        stream=stream.name,
        rows=intake.rows,
        kept=intake.kept,
        rejected=intake.rejected,
        excluded=intake.excluded,
        seed=request.seed,
        engine=DEFAULT if request.engine == "auto" else request.engine,
        version=VERSION,
        digests=_digests(cube, intake.table, stream, request),
        estimates=seen.facts.estimates,
        disparities=seen.facts.disparities,
        proxies=seen.facts.proxies,
        subgroups=worst_off(seen.verified, seen.facts),
        search=seen.verified.search,
        warnings=_warnings(seen, intake, stream, request),
        findings=findings(seen.facts),
        compat=clarify(
            cube, stream, seen.facts.estimates, flip_tests(intake.table, stream, request.seed), seen.effects
        ),
        settings=_settings(intake, stream),
        regulation=regulate(cube, intake.table, stream),
        decisions=associations(cube, stream),
        examined=seen.examined,
        feedback=seen.loop,
        bounds=seen.unseen,
        membership=seen.estimated,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Seen:
    """What the parts of an audit found."""

    facts: Facts
    verified: Verified
    examined: Examination
    loop: Feedback | None
    unseen: tuple[Bound, ...]
    estimated: tuple[MembershipEstimate, ...]
    accounts: Accounts | None
    effects: DesignEffects | None


def _seen(intake: Intake, stream: Stream, cube: Cube, seed: int) -> _Seen:
    table = intake.table
    accounts = accounts_of(table, seed)
    effects = design_effects(table, stream, cube, accounts)
    verified = search(table, stream, intake.score_range, seed, accounts)
    treated = treatment(table, cube, stream, timed=intake.timed, accounts=accounts)
    facts = replace(_facts(cube, intake, (stream, effects), treated, seed), subgroups=verified.subgroups)
    replicates = partial(whole_and_parts, table, stream, cube, accounts) if accounts is not None else None
    return _Seen(
        facts=facts,
        verified=verified,
        examined=examine(table, stream, facts.gap_pairs, seed),
        loop=feedback(table, cube, stream, seed),
        unseen=bounds(cube, stream, replicates),
        estimated=membership_estimates(with_decision(table, stream), stream, accounts),
        accounts=accounts,
        effects=effects,
    )


def _warnings(seen: _Seen, intake: Intake, stream: Stream, request: AuditRequest) -> tuple[Caution, ...]:
    told = (
        *cautions(intake, stream, request.seed),
        *alike(seen.accounts, seen.effects, seen.facts),
        *given_away_together(seen.examined, seen.facts),
        *loop_caution(seen.loop),
        *changeable_verdicts(seen.facts, seen.unseen),
        *estimated_groups(intake.table, stream, seen.estimated),
    )
    return (*request.cautions, *by_weight(told))


def _facts(
    cube: Cube, intake: Intake, rule: tuple[Stream, DesignEffects | None], treated: Treatment, seed: int
) -> Facts:
    (stream, effects), table = rule, intake.table
    scale = cube_scale(cube, stream)
    return Facts(
        stream=stream,
        estimates=(
            *estimates(cube, stream, seed, effects),
            *clustered_alone(relative_estimates(cube, stream), effects, stream.audit.confidence),
            *clustered_alone(together(cube, stream), effects, stream.audit.confidence),
            *treated.estimates,
        ),
        disparities=compare(cube, stream, seed, effects, treated.comparisons),
        proxies=proxies(table, stream, seed),
        gap_pairs=gap_pairs(table, stream),
        width=scale[1] - scale[0] if scale else None,
        medians=treated.medians,
    )


def _digests(cube: Cube, table: pa.Table, stream: Stream, request: AuditRequest) -> Digests:
    return Digests(
        stream=request.stream_digest or of_stream(stream),
        data=request.data_digest or of_table(table),
        cube=cube.digest(),
        policy=request.policy_digest,
    )


def _settings(intake: Intake, stream: Stream) -> Settings:
    return Settings(
        confidence=stream.audit.confidence,
        tolerance_difference=stream.audit.tolerance_difference,
        tolerance_ratio=stream.audit.tolerance_ratio,
        minimum_group=stream.audit.minimum_group,
        threshold=stream.threshold,
        higher_is_better=stream.higher_is_better,
        score_range=intake.score_range,
        special_categories=tuple(one.name for one in stream.attributes if one.special_category),
        queue=stream.audit.queue,
    )
