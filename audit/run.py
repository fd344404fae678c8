"""The whole audit in one function: an admitted table in, a report out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace

import pyarrow as pa

from audit.caution import cautions
from audit.caution.accounts import alike
from audit.caution.joint import given_away_together
from audit.clustering.accounts import accounts_of
from audit.clustering.effect import DesignEffects
from audit.clustering.jackknife import design_effects
from audit.compat.listing import clarify
from audit.cube import Cube
from audit.disparity import Disparity, compare
from audit.disparity.association import associations
from audit.disparity.relative import relative_estimates
from audit.finding import Caution
from audit.finding.conclude import findings, standing_out
from audit.finding.facts import Facts
from audit.intake import Intake
from audit.metrics import estimates
from audit.metrics.clustered import clustered_alone
from audit.metrics.together import together
from audit.regulation import regulate
from audit.report.model import VERSION, Digests, Report, Settings, Subgroup
from audit.rows.examine import examine
from audit.rows.flip_test import flip_tests
from audit.rows.proxy import gap_pairs, proxies
from audit.schema import Stream
from audit.score_scale import cube_scale
from audit.tally import DEFAULT, count


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
    accounts = accounts_of(intake.table, request.seed)
    effects = design_effects(intake.table, stream, cube, accounts)
    facts = _facts(cube, intake.table, (stream, effects), request.seed)
    examined = examine(intake.table, stream, facts.gap_pairs, request.seed)
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
        subgroups=tuple(_subgroup(one) for one in standing_out(facts)),
        warnings=(
            *request.cautions,
            *cautions(intake, stream, request.seed),
            *alike(accounts, effects, facts),
            *given_away_together(examined, facts),
        ),
        findings=findings(facts),
        compat=clarify(
            cube, stream, facts.estimates, flip_tests(intake.table, stream, request.seed), effects
        ),
        settings=_settings(intake, stream),
        regulation=regulate(cube, intake.table, stream),
        decisions=associations(cube, stream),
        examined=examined,
    )


def _facts(cube: Cube, table: pa.Table, rule: tuple[Stream, DesignEffects | None], seed: int) -> Facts:
    stream, effects = rule
    scale = cube_scale(cube, stream)
    return Facts(
        stream=stream,
        estimates=(
            *estimates(cube, stream, seed, effects),
            *clustered_alone(relative_estimates(cube, stream), effects, stream.audit.confidence),
            *clustered_alone(together(cube, stream), effects, stream.audit.confidence),
        ),
        disparities=compare(cube, stream, seed, effects),
        proxies=proxies(table, stream, seed),
        gap_pairs=gap_pairs(table, stream),
        width=scale[1] - scale[0] if scale else None,
    )


def _digests(cube: Cube, table: pa.Table, stream: Stream, request: AuditRequest) -> Digests:
    return Digests(
        stream=request.stream_digest or _of_stream(stream),
        data=request.data_digest or _of_table(table),
        cube=cube.digest(),
        policy=request.policy_digest,
    )


def _of_stream(stream: Stream) -> str:
    # A role that no column plays leaves the digest as it was before there was such a role.
    roles = {name: value for name, value in asdict(stream).items() if (name, value) != ("account", None)}
    return hashlib.sha256(json.dumps(roles, sort_keys=True).encode()).hexdigest()


def _of_table(table: pa.Table) -> str:
    """Digest of the values, however the table is cut into chunks."""
    digest = hashlib.sha256()
    for name in table.column_names:
        column = table.column(name)
        plain = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
        digest.update(name.encode())
        sink = pa.BufferOutputStream()
        one = pa.table({name: plain}).combine_chunks()
        with pa.ipc.new_stream(sink, one.schema) as writer:
            writer.write_table(one)
        digest.update(sink.getvalue())
    return digest.hexdigest()


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


def _subgroup(one: Disparity) -> Subgroup:
    match one:
        case Disparity(value=float(value), low=float(low), high=float(high), p_adjusted=float(p_adjusted)):
            return Subgroup(
                attribute=one.attribute,
                group=one.group,
                metric=one.metric,
                value=value,
                low=low,
                high=high,
                p_adjusted=p_adjusted,
                n=one.n,
            )
    message = f"a comparison that fails has all its numbers, but {one.metric} of {one.group} has not"
    raise ValueError(message)
