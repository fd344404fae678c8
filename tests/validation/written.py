"""The report of the simulations as Markdown."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from audit.registry import metric
from tests.validation.agreement import Agreement
from tests.validation.coverage import Coverage
from tests.validation.exact import Exact
from tests.validation.expecting_written import Expecting, expecting_written
from tests.validation.monitoring_written import Monitoring, monitored
from tests.validation.nulls import Alarms
from tests.validation.power import Power
from tests.validation.shrinking import Shrinking
from tests.validation.tables import percent, row, share_of, table
from tests.validation.whole import Whole

LEVELS = (("fewer than 20", 0, 20), ("20 to 99", 20, 100), ("100 and more", 100, 10**12))
# Wide on purpose; the reason stands in the report.
WIDE = frozenset({"quantile", "distance", "calibration", "span"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What was simulated."""

    gaps: tuple[Coverage, ...]
    estimates: tuple[Coverage, ...]
    exact: tuple[Exact, ...]
    alarms: tuple[Alarms, ...]
    whole: tuple[Whole, ...]
    power: tuple[Power, ...]
    needed: tuple[tuple[float, float, int, float, int], ...]
    clusters: tuple[tuple[tuple[Coverage, ...], tuple[Coverage, ...]], ...]
    cluster_alarms: tuple[int, int, int]
    agreement: tuple[Agreement, ...]
    agreement_draws: int
    shrinking: tuple[Shrinking, ...]
    monitoring: Monitoring
    expecting: Expecting
    length: float


def written(of: Results) -> str:
    """The whole page."""
    parts = (_head(of.length), _coverage(of), _exact(of), _errors(of), _power(of), _clusters(of), _agreement(of),
             _shrinking(of), monitored(of.monitoring), expecting_written(of.expecting),
             _every(of))  # fmt: skip
    return "\n".join(line for part in parts for line in part) + "\n"


def _head(length: float) -> Iterator[str]:
    yield f"""# Validation: do the intervals and verdicts keep their word?

This page is written by `make validate` (`python -m tests.validation`); the numbers are from its last run,
at **{"full length" if length == 1 else f"{length:g} of full length"}**. All seeds are fixed and written in
`tests/validation/__main__.py`: the same length gives the same page. A short version of the same simulations runs in the test suite. Everything iterates over the metric
registry, so a new metric is in these tables as soon as it is registered.

**Populations.** Two groups of leads with known shares in every cell of score (0 to 100 in steps of 2), decision
(score at or above 60), outcome, worked, and company size. Group 1: base rate 35 % (30 % in small companies). Group 2:
30 % (25 %), scores 4 points lower, more small companies. Nine leads of ten are worked, and of nine of ten the outcome
is known, independently. The *truth* of every metric is what the audit itself computes on a population of a thousand million
leads with exactly these shares; that the audit computes metrics right is shown elsewhere (goldens, differential
tests). Sizes of groups are given, so `count` and shares of all leads are not simulated, and what needs rows (treatment)
or a decision of several options has no coverage here, only false alarms. `mean_log_deviation` has no truth in a
population: one good lead that is passed over leaves it undefined. Exposure and nDCG depend by definition on how long the queue
is: their truth is the mean over the repetitions, so their bias is not looked at. A repetition draws the leads of each group
anew. The error behind a figure (`+-`) is one Monte-Carlo standard
error: a figure of 95 % that is off by two of them is no news.

**Targets.** At 95 % confidence, coverage of 94 to 96 % where 100 leads or more stand behind a number (for a true
positive rate, 100 positive leads), at least 93 % from 20 on. At most 5 % of audits with a single false *fail*.
"""


def _family(one: Coverage) -> tuple[str, str]:
    kind = metric(one.metric).kind
    names = {
        "rate": "rates",
        "score_rate": "scoring rate",
        "composite": "balanced accuracy, F1",
        "cells": "functions of the four cells (agreement, inequality)",
        "mean": "mean score",
        "quantile": "score quantiles",
        "auc": "AUC",
        "ranking": "average precision",
        "promise": "Brier score, score-outcome gap",
        "calibration": "calibration error",
        "band": "outcome rate in a score band",
        "conditional": "conditional (Mantel-Haenszel)",
        "distance": "distances of scores",
        "span": "widest gap of all groups, equalized odds",
    }
    return names.get(kind, kind), one.kind


def _coverage(of: Results) -> Iterator[str]:
    yield "## Coverage by kind of interval\n"
    yield (
        "Mean over the metrics of a kind and over the group sizes 20, 60, 125, 400 and 1,000, by the number of leads"
        " behind the number (median over the repetitions); in brackets the lowest and the highest of them. The last"
        " section has every metric.\n"
    )
    yield from table("interval", "of", *(f"{name} leads" for name, _, _ in LEVELS))
    grouped: dict[tuple[str, str], list[Coverage]] = defaultdict(list)
    for one in (*of.estimates, *of.gaps):
        grouped[_family(one)].append(one)
    for (family, kind), rows in grouped.items():
        yield row(family, kind, *(_level(rows, low, high) for _, low, high in LEVELS))
    yield from _judged(of)


def _level(rows: list[Coverage], low: int, high: int) -> str:
    shares = [one.share for one in rows if low <= one.behind < high]
    if not shares:
        return "-"
    return f"{percent(np.mean(shares))} ({percent(min(shares))} to {percent(max(shares))})"


def _judged(of: Results) -> Iterator[str]:
    rows = [one for one in (*of.estimates, *of.gaps) if one.behind >= 20]
    low = [one for one in rows if one.share + 2 * one.error < (0.94 if one.behind >= 100 else 0.93)]
    wide = [one for one in rows if one.behind >= 100 and one.share - 2 * one.error > 0.96]
    by_design = sorted({one.metric.partition("@")[0] for one in wide if metric(one.metric).kind in WIDE})
    other = [one for one in wide if metric(one.metric).kind not in WIDE]
    yield ""
    yield f"{len(rows)} figures stand on 20 leads or more. **Below their target by more than two errors: {len(low)}.**"
    yield from (_named(one) for one in low)
    yield ""
    yield (
        f"Above 96 % with 100 leads or more: {', '.join(f'`{name}`' for name in by_design)}, which are wide on"
        " purpose: a quantile of a score with 51 levels can only move by whole levels; a distance, a span and the"
        " calibration error are never below 0, so their intervals bound how far sampling can move them and can say"
        f" *no disparity*. Others above 96 %: {len(other)}."
    )
    yield from (_named(one) for one in other)
    yield ""


def _named(one: Coverage) -> str:
    return (
        f"- `{one.metric}` ({one.kind}), {one.behind} leads behind it:"
        f" {percent(one.share)} +- {percent(one.error)} %"
    )


def _exact(of: Results) -> Iterator[str]:
    yield "### Rates, differences and ratios, exactly\n"
    yield (
        "No simulation: every possible outcome of groups of n leads, weighted by its probability, for true rates of"
        " 5, 10 ... 95 % (all pairs of them). Counts are whole, so the coverage at one rate swings about the level;"
        " the mean is what one may rely on.\n"
    )
    yield from table("interval", "n", "mean %", "lowest %")
    for one in of.exact:
        yield row(one.name, one.n, percent(one.mean), percent(one.lowest))
    yield ""


def _errors(of: Results) -> Iterator[str]:
    yield "## False alarms where no group differs\n"
    yield (
        "Selections drawn with one rate for all groups. *Bare rule*: lowest rate below 80 % of the highest, as"
        " published for other tools and as reproduced here (200,000 draws). *Audit*: any comparison of the audit"
        " (differences, ratios, spans, crossings) with the verdict *fail*.\n"
    )
    yield from table("null", "bare rule, published %", "bare rule, here %", "audit fails %", "runs")
    for one in of.alarms:
        audit = share_of(one.alarms, one.runs)
        yield row(one.name, one.published, f"{100 * one.bare:.2f}", audit, one.runs)
    yield from _whole(of)


def _whole(of: Results) -> Iterator[str]:
    alarms, runs = (sum(getattr(one, name) for one in of.whole) for name in ("alarms", "runs"))
    yield "\n### Whole audits\n"
    yield (
        "Leads of the same sizes with score, outcome, work, first contact, touches, owner changes, a control and a"
        " work queue, read from rows as an audit does; nothing differs between groups. *score*: a threshold"
        " that about the named share of leads reaches. *options*: four products. *levels*: four ordered levels. *account*: accounts of ten leads that resemble"
        " each other, and an account column. Something fails, of all comparisons together, in"
        f" **{share_of(alarms, runs)} %** of {runs:,} audits (target: at most 5 %). {_by_kind(of.whole)}\n"
    )
    yield from table("decision", "null", "metrics compared", "audit fails %", "runs", "what failed, times")
    for one in of.whole:
        what = ", ".join(f"`{name}` {times}" for name, times in one.failing[:3]) or "-"
        yield row(one.kind, one.name, one.metrics, share_of(one.alarms, one.runs), one.runs, what)
    yield ""


def _by_kind(audits: tuple[Whole, ...]) -> str:
    """How many audits of each kind failed, all nulls together."""
    runs, alarms = Counter(), Counter()
    for one in audits:
        runs[one.kind] += one.runs
        alarms[one.kind] += one.alarms
    return "By kind: " + "; ".join(f"{kind} {alarms[kind]:,} of {n:,}" for kind, n in runs.items()) + "."


def _power(of: Results) -> Iterator[str]:
    first = of.power[0]
    yield "## Power, and the leads still needed\n"
    yield (
        "Two groups selected with these rates. *Significant*: the corrected p-value is below 5 %. *Both*: the"
        " four-fifths table says statistically and practically significant. *Finding*: a finding above `info` names"
        " the group: it fails, or its gap is significant and beyond the tolerance as measured (severity `low`)."
        " *Fail*: the whole interval lies beyond the tolerance, 0.8 for a ratio and 5 points for a difference.\n"
    )
    yield (
        "**Target: at least 80 % at an impact ratio of 0.6, a base rate of 10 % and 1,000 leads per group (first"
        f" row). It holds for *significant* ({share_of(first.significant, first.runs)} %), *both*"
        f" ({share_of(first.both, first.runs)} %) and *finding* ({share_of(first.finding, first.runs)} %), and not for the"
        f" verdict *fail* ({share_of(first.ratio, first.runs)} %)**, which asks that the true ratio is surely below 0.8:"
        " with so few leads nothing can be sure of that much more often without failing groups at 0.8, too. A"
        " difference of 4 points never fails, it is within the tolerance.\n"
    )
    yield from table(
        "rates", "n each", "significant %", "both %", "finding %", "fail, ratio %", "fail, difference %"
    )
    for one in of.power:
        told = (one.significant, one.both, one.finding, one.ratio, one.difference)
        yield row(
            f"{one.rate:.2f} and {one.other:.2f}",
            f"{one.n:,}",
            *(share_of(times, one.runs) for times in told),
        )
    yield ""
    yield (
        "*Pass* is an equivalence test: the 95 % interval inside the tolerance rejects both one-sided hypotheses of"
        " a gap beyond it (two one-sided tests) at 2.5 % each. `n_needed` is the size with which four of five audits"
        " would reach the verdict, were the rates to stay as they are. So it is:\n"
    )
    yield from table("reference rate", "group rate", "n needed", "verdict reached %", "runs")
    for p, q, n, share, repeated in of.needed:
        error = float(np.sqrt(share * (1 - share) / repeated))
        yield row(f"{p:.2f}", f"{q:.2f}", f"{n:,}", f"{percent(share)} +- {percent(error)}", repeated)
    yield ""


def _clusters(of: Results) -> Iterator[str]:
    yield "## Leads of one account\n"
    yield (
        "Accounts of 10 leads, an intra-account correlation of 0.2 in everything, so a true design effect of 2.8."
        " *Naive*: the audit without an account column. *Clustered*: the same leads with it. Gaps are those to a"
        " group of 3,000 accounts. Mean over the metrics (lowest to highest).\n"
    )
    yield from table("accounts per group", "intervals", "naive %", "clustered %", "lowest metric, clustered")
    for naive, ours in of.clusters:
        for kinds in (("estimate",), ("difference", "ratio")):
            a, b = (_plain(rows, kinds) for rows in (naive, ours))
            lowest = min(b, key=lambda one: one.share)
            label = "estimates" if kinds == ("estimate",) else "gaps"
            error = percent(lowest.error)
            yield row(
                b[0].size // 10,
                label,
                _spread(a),
                _spread(b),
                f"`{lowest.metric}` {percent(lowest.share)} +- {error}",
            )
    naive_alarms, our_alarms, runs = of.cluster_alarms
    yield ""
    yield (
        f"Three equal groups of 60 accounts, whole audits ({runs} runs): something fails in"
        f" {percent(naive_alarms / runs)} % without the account column, in {percent(our_alarms / runs)} % with it.\n"
    )


def _plain(rows: Iterable[Coverage], kinds: tuple[str, ...]) -> list[Coverage]:
    return [one for one in rows if one.kind in kinds and metric(one.metric).kind not in WIDE | {"band"}]


def _spread(rows: list[Coverage]) -> str:
    shares = [one.share for one in rows]
    return f"{percent(np.mean(shares))} ({percent(min(shares))} to {percent(max(shares))})"


def _agreement(of: Results) -> Iterator[str]:
    yield "## Bootstrap and closed form\n"
    yield (
        f"Two groups of 2,000 leads, {of.agreement_draws} multinomial draws of the cube's cells"
        " (`audit/bootstrap.py`): width of the audit's interval over the width of the bootstrap's percentile"
        " interval, 1 where they agree. Beside those that are wide on purpose, every metric with at least 100 leads"
        " behind it should lie within 0.85 to 1.2.\n"
    )
    yield from table("metric", "of", "width over bootstrap width")
    for one in of.agreement:
        yield row(f"`{one.metric}`", one.kind, f"{one.ratio:.2f}")
    yield ""


def _shrinking(of: Results) -> Iterator[str]:
    yield "## Shrinkage of small groups\n"
    yield (
        "Selection rates of 4 x 6 crossings of 8 to 89 leads; true rates additive in the two attributes, plus a"
        " normal interaction of the standard deviation given.\n"
    )
    yield from table(
        "interaction", "mean squared error, raw", "shrunk", "coverage of the shrunk interval %", "groups"
    )
    for one in of.shrinking:
        error = float(np.sqrt(one.covered * (1 - one.covered) / one.runs))
        held = f"{percent(one.covered)} +- {percent(error)}"
        yield row(f"{one.interaction:.2f}", f"{one.raw_error:.5f}", f"{one.shrunk_error:.5f}", held, one.runs)
    yield ""


def _every(of: Results) -> Iterator[str]:
    yield "## Every metric\n"
    yield "Coverage in % for groups of so many leads; in brackets the leads behind the number.\n"
    rows: dict[tuple[str, str], dict[int, Coverage]] = defaultdict(dict)
    for one in (*of.estimates, *of.gaps):
        rows[one.metric, one.kind][one.size] = one
    sizes = sorted({one.size for one in of.estimates})
    yield from table("metric", "of", *(f"{size:,}" for size in sizes))
    for (name, kind), by_size in rows.items():
        yield row(f"`{name}`", kind, *(_cell(by_size.get(size)) for size in sizes))


def _cell(one: Coverage | None) -> str:
    return "-" if one is None else f"{percent(one.share)} +- {percent(one.error)} ({one.behind:,})"
