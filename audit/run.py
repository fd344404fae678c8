"""The whole audit in one function: an admitted table in, a report out."""

from __future__ import annotations

from collections.abc import Iterator
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
from audit.rows.examined import examined, only_some
from audit.rows.feedback import Feedback, feedback
from audit.rows.matching.flip_test import flip_tests
from audit.rows.proxy import gap_pairs, proxies
from audit.rows.treatment import treatment
from audit.schema import Attribute, Membership, Stream
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """What everything is told from: the rows, their counts, and how leads of one account go together.

    ``looked`` are the leads of which single rows are looked at, all of them up to a million.
    """

    intake: Intake
    looked: pa.Table
    stream: Stream
    seed: int
    cube: Cube
    accounts: Accounts | None
    effects: DesignEffects | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beyond:
    """What is told beyond the comparisons of groups."""

    verified: Verified
    examined: Examination
    loop: Feedback | None
    unseen: tuple[Bound, ...]
    estimated: tuple[MembershipEstimate, ...]


def audit(intake: Intake, stream: Stream, request: AuditRequest) -> Report:
    """Audit an admitted table. Pure: the same input and seed give the same report, byte for byte.

    Raises BadInput where the engine does not exist, a column has too many values to count, or the
    stream names a reference group that no lead has.
    """
    counted = _counted(intake, stream, request)
    intake, cube, accounts = counted.intake, counted.cube, counted.accounts
    verified = search(*_searched(counted))
    facts = _facts(counted, verified)
    parts = partial(whole_and_parts, intake.table, stream, cube, accounts) if accounts is not None else None
    beyond = _Beyond(
        verified=verified,
        examined=examine(counted.looked, stream, facts.gap_pairs, request.seed),
        loop=feedback(intake.table, cube, stream, request.seed, accounts),
        unseen=bounds(cube, stream, parts),
        estimated=membership_estimates(with_decision(intake.table, stream), stream, accounts),
    )
    return _report(counted, facts, beyond, request)


def _counted(intake: Intake, stream: Stream, request: AuditRequest) -> _Counted:
    cube = count(intake.table, stream, request.engine)
    accounts = accounts_of(intake.table, request.seed)
    return _Counted(
        # Intake guesses a range to find errors; from here on there is one range, the one that is counted on.
        intake=replace(intake, score_range=cube_scale(cube, stream)),
        looked=examined(intake.table, request.seed) if intake.looked is None else intake.looked,
        stream=stream,
        seed=request.seed,
        cube=cube,
        accounts=accounts,
        effects=design_effects(intake.table, stream, cube, accounts),
    )


def _searched(
    counted: _Counted,
) -> tuple[pa.Table, Stream, tuple[float, float] | None, int, Accounts | None]:
    """What `search` takes: the leads that are looked at, with their own accounts."""
    every = counted.looked is counted.intake.table
    accounts = counted.accounts if every else accounts_of(counted.looked, counted.seed)
    return counted.looked, counted.stream, counted.intake.score_range, counted.seed, accounts


def _facts(counted: _Counted, verified: Verified) -> Facts:
    cube, stream, effects, seed = counted.cube, counted.stream, counted.effects, counted.seed
    table, scale = counted.intake.table, cube_scale(cube, stream)
    treated = treatment(table, cube, stream, timed=counted.intake.timed, accounts=counted.accounts)
    return Facts(
        stream=stream,
        estimates=(
            *estimates(cube, stream, seed, effects),
            *clustered_alone(relative_estimates(cube, stream), effects, stream.audit.confidence),
            *clustered_alone(together(cube, stream), effects, stream.audit.confidence),
            *treated.estimates,
        ),
        disparities=compare(cube, stream, seed, effects, treated.comparisons),
        proxies=proxies(counted.looked, stream, seed),
        gap_pairs=gap_pairs(counted.looked, stream),
        width=scale[1] - scale[0] if scale else None,
        medians=treated.medians,
        subgroups=verified.subgroups,
    )


def _report(counted: _Counted, facts: Facts, beyond: _Beyond, request: AuditRequest) -> Report:
    intake, stream, cube, effects = counted.intake, counted.stream, counted.cube, counted.effects
    flips = flip_tests(counted.looked, stream, request.seed)
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
        estimates=facts.estimates,
        disparities=facts.disparities,
        proxies=facts.proxies,
        subgroups=worst_off(beyond.verified, facts),
        search=beyond.verified.search,
        warnings=(*request.cautions, *by_weight(_warnings(counted, facts, beyond))),
        findings=findings(facts),
        compat=clarify(cube, stream, facts.estimates, flips, effects),
        settings=_settings(intake, stream),
        regulation=regulate(cube, intake.table, stream, effects),
        decisions=associations(cube, stream, effects),
        examined=beyond.examined,
        feedback=beyond.loop,
        bounds=beyond.unseen,
        membership=beyond.estimated,
    )


def _warnings(counted: _Counted, facts: Facts, beyond: _Beyond) -> Iterator[Caution]:
    table, stream = counted.intake.table, counted.stream
    yield from only_some(table.num_rows, counted.looked.num_rows)
    yield from cautions(counted.intake, stream, counted.seed, counted.looked)
    yield from alike(counted.accounts, counted.effects, facts)
    yield from given_away_together(beyond.examined, facts)
    yield from loop_caution(beyond.loop)
    yield from changeable_verdicts(facts, beyond.unseen)
    yield from estimated_groups(table, stream, beyond.estimated)


def _digests(cube: Cube, table: pa.Table, stream: Stream, request: AuditRequest) -> Digests:
    return Digests(
        stream=request.stream_digest or of_stream(stream),
        data=request.data_digest or of_table(table),
        cube=cube.digest(),
        policy=request.policy_digest,
    )


def _settings(intake: Intake, stream: Stream) -> Settings:
    named: tuple[Attribute | Membership, ...] = (*stream.attributes, *stream.memberships)
    return Settings(
        confidence=stream.audit.confidence,
        tolerance_difference=stream.audit.tolerance_difference,
        tolerance_ratio=stream.audit.tolerance_ratio,
        minimum_group=stream.audit.minimum_group,
        threshold=stream.threshold,
        higher_is_better=stream.higher_is_better,
        score_range=intake.score_range,
        special_categories=tuple(one.name for one in named if one.special_category),
        queue=stream.audit.queue,
    )
