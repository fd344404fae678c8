"""A report with everything on it, made by hand, for the pages that show reports."""

from __future__ import annotations

from audit.disparity import Disparity, Kind, Verdict
from audit.estimate import Estimate
from audit.finding import Caution, Finding, Severity
from audit.intake import Refusal
from audit.metrics import GroupEstimate
from audit.report.model import Digests, Report, Subgroup
from audit.rows.proxy import Proxy

UNKNOWN = Estimate(
    value=None, low=None, high=None, n=4, undefined="no worked lead in this group has an outcome"
)


def sample_report(
    attribute: str = "region",
    groups: tuple[str, ...] = ("urban", "small town", "unknown"),
    *,
    findings: bool = True,
) -> Report:
    """One attribute with its groups; the first group is the reference."""
    everybody = GroupEstimate(
        attribute=(),
        group=(),
        metric="count",
        estimate=Estimate(value=22_598.0, low=None, high=None, n=22_598),
    )
    overall = GroupEstimate(
        attribute=(),
        group=(),
        metric="base_rate",
        estimate=Estimate(value=0.12, low=0.11, high=0.13, n=22_598),
    )
    estimates = [e for i, group in enumerate(groups) for e in _estimates(attribute, group, i)]
    disparities = [
        d for i, group in enumerate(groups[1:], start=1) for d in _disparities(attribute, groups, i)
    ]
    return Report(
        stream="lead-score",
        rows=22_613,
        kept=22_598,
        rejected=(
            Refusal(code="score_not_a_number", text="the score is not a number", count=12, rows=(4, 91)),
        ),
        excluded=(),
        seed=7,
        engine="duckdb",
        version="0.1.0",
        digests=Digests(stream="a" * 64, data="b" * 64, cube="c" * 64, policy="d" * 64),
        estimates=(everybody, overall, *estimates),
        disparities=tuple(disparities),
        proxies=(_proxy(attribute, share=0.62, rank=1), _proxy(attribute, share=None, rank=2)),
        subgroups=(_subgroup(attribute, groups[-1]),),
        warnings=(
            Caution(
                code="selective_labels",
                text="Only worked leads have an outcome.",
                evidence=(("coverage", 0.41),),
            ),
        ),
        findings=_findings(attribute, groups) if findings else (),
    )


def _estimates(attribute: str, group: str, place: int) -> list[GroupEstimate]:
    n = 11_000 // (place + 1)
    rate = max(0.34 - 0.013 * place, 0.01)
    made = {
        "count": Estimate(value=float(n), low=None, high=None, n=n),
        "selection_rate": Estimate(value=rate, low=rate * 0.93, high=rate * 1.07, n=n),
        "base_rate": Estimate(value=0.12, low=0.11, high=0.13, n=n),
        "true_positive_rate": UNKNOWN if place % 3 == 2 else Estimate(value=0.51, low=0.48, high=0.54, n=n),
        "mean_score": Estimate(value=48.2 - place, low=47.9 - place, high=48.5 - place, n=n),
        "outcome_rate@0-10": UNKNOWN if place else Estimate(value=0.02, low=0.01, high=0.03, n=n),
        "auc": Estimate(value=0.74, low=0.73, high=0.75, n=n),
    }
    return [
        GroupEstimate(attribute=(attribute,), group=(group,), metric=m, estimate=e) for m, e in made.items()
    ]


def _disparities(attribute: str, groups: tuple[str, ...], place: int) -> list[Disparity]:
    verdict: Verdict = ("fail", "insufficient", "pass")[(place - 1) % 3]

    def compared(kind: Kind, value: float, low: float, high: float) -> Disparity:
        return Disparity(
            attribute=(attribute,),
            group=(groups[place],),
            reference=(groups[0],),
            metric="selection_rate",
            kind=kind,
            value=value,
            low=low,
            high=high,
            n=1000,
            p=0.001,
            p_adjusted=0.003,
            verdict=verdict,
            n_needed=412 if verdict == "insufficient" else None,
        )

    return [compared("difference", -0.113, -0.13, -0.096), compared("ratio", 0.67, 0.61, 0.73)]


def _findings(attribute: str, groups: tuple[str, ...]) -> tuple[Finding, ...]:
    levels: tuple[Severity, ...] = ("info", "low", "medium", "high", "critical")
    return tuple(_finding(attribute, groups[-1], level, place) for place, level in enumerate(levels))


def _finding(attribute: str, group: str, severity: Severity, place: int) -> Finding:
    return Finding(
        id=f"F{place}",
        severity=severity,
        verdict="insufficient" if severity == "info" else "fail",
        attribute=(attribute,),
        group=(group,),
        metric="selection_rate",
        text=(
            f"Leads of {group} ({attribute}) are selected 11.3 points less often, but convert as often."
            "\nThe 95 % interval of the gap is 9.6 to 13.0 points."
        ),
        special_category=severity == "critical",
        evidence=(("n", 22_598), ("difference", -0.113), ("method", "Newcombe"), ("p_adjusted", None)),
    )


def _proxy(attribute: str, share: float | None, rank: int) -> Proxy:
    return Proxy(
        feature=f"zip{rank}",
        attribute=attribute,
        auc=0.83,
        low=0.81,
        high=0.85,
        p_adjusted=1e-9,
        share=share,
        share_low=None if share is None else share - 0.1,
        share_high=None if share is None else share + 0.1,
        rank=rank,
    )


def _subgroup(attribute: str, group: str) -> Subgroup:
    return Subgroup(
        attribute=(attribute,),
        group=(group,),
        metric="selection_rate",
        value=0.11,
        low=0.08,
        high=0.14,
        p_adjusted=0.01,
        n=300,
    )
