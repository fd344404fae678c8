"""Whole audits of made-up leads of which everything is known that a stream can name; no group differs."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from audit.clustering.accounts import accounts_of
from audit.clustering.jackknife import design_effects
from audit.disparity import Disparity, compare
from audit.intake import admit
from audit.rows.treatment import treatment
from audit.schema import Stream, parse_stream
from audit.tally import count
from tests.validation.nulls import NULLS, Sizes

PRODUCTS = ("Basic", "Plus", "Premium", "No offer")
LEVELS = ("low", "normal", "high", "urgent")
KINDS = ("score", "options", "levels", "account")
ACCOUNT_SIZE = 10
Setting = tuple[str, float | None, Sizes]
"""Name, share selected (None where the kind of decision sets it) and sizes of the groups."""
_HEAD = """[stream]
name = "null"
score = "score"
outcome = "won"
worked = "worked"
created = "created"
contacted = "contacted"
touches = "touches"
reassigned = "moved"
controls = ["size"]
"""
_DECISION = {
    "score": "threshold = 60\n",
    "account": "threshold = 60\naccount = 'company'\n",
    "options": "decision = 'offer'\ndecision_kind = 'options'\nfavourable = ['Premium', 'Plus']\n",
    "levels": f"decision = 'level'\ndecision_kind = 'levels'\ndecision_levels = {list(LEVELS)}\n"
    "favourable = ['high', 'urgent']\n",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """In ``alarms`` of ``runs`` audits of one kind on one null anything failed, of so many ``metrics``."""

    kind: str
    name: str
    alarms: int
    runs: int
    metrics: int
    failing: tuple[tuple[str, int], ...]


def settings(kind: str) -> tuple[Setting, ...]:
    """The nulls of `NULLS`; with products and levels nobody sets the share selected: sizes alone differ."""
    if kind in {"score", "account"}:
        return tuple((name, p, sizes) for name, p, sizes, _ in NULLS)
    return tuple({sizes: (_without_rate(name), None, sizes) for name, _, sizes, _ in NULLS}.values())


def _without_rate(name: str) -> str:
    return re.sub(r"^p = [0-9.]+, |, p = [0-9.]+$", "", name)


def whole_alarms(kind: str, null: Setting, runs: int, seed: int) -> Whole:
    """Audits of groups of these sizes that differ in nothing; crossed, of a 3 x 4 table of two attributes."""
    name, share, sizes = null
    crossed = "x" in name
    random = np.random.default_rng([seed, KINDS.index(kind), *name.encode()])
    attributes = ("a", "b") if crossed else ("a",)
    stream = parse_stream(
        _HEAD
        + _DECISION[kind].replace("60", f"{_threshold(share)}")
        + "".join(f'[[stream.attribute]]\nname = "{one}"\n' for one in attributes)
        + f"[audit]\nqueue = {max(sum(sizes) // 5, 1)}\n"
    )
    alarms, seen, failing = 0, set(), Counter()
    for run in range(runs):
        leads = null_leads(random, sizes, crossed=crossed, alike=kind == "account")
        found = compared(leads, stream, run)
        failed = {f"{one.metric} ({one.kind})" for one in found if one.verdict == "fail"}
        alarms += bool(failed)
        failing.update(failed)
        seen |= {one.metric for one in found}
    top = tuple(failing.most_common(5))
    return Whole(kind=kind, name=name, alarms=alarms, runs=runs, metrics=len(seen), failing=top)


def _threshold(share: float | None) -> int:
    """The score that about this share of leads reaches."""
    if share is None:
        return 60
    leads = null_leads(np.random.default_rng(0), (100_000,), crossed=False, alike=False)
    return int(np.quantile(leads["score"].to_numpy(), 1 - share, method="higher")) + 1


def compared(table: pa.Table, stream: Stream, seed: int) -> tuple[Disparity, ...]:
    """Every comparison of an audit, those of the treatment included."""
    intake = admit(table, stream)
    cube = count(intake.table, stream)
    accounts = accounts_of(intake.table, seed)
    effects = design_effects(intake.table, stream, cube, accounts)
    treated = treatment(intake.table, cube, stream, timed=intake.timed, accounts=accounts)
    return compare(cube, stream, seed, effects, treated.comparisons)


def null_leads(random: np.random.Generator, sizes: Sizes, *, crossed: bool, alike: bool) -> pa.Table:
    """Leads whose groups say nothing; better scored ones convert more, are contacted sooner and more often.

    Ten leads of a group are an account. ``alike``: they share a part of what moves score, outcome and work.
    """
    group = np.repeat(np.arange(len(sizes)), sizes)
    n = len(group)
    account = np.concatenate([[0], np.cumsum((np.diff(group) > 0) | (np.arange(1, n) % ACCOUNT_SIZE == 0))])
    shared = random.normal(size=account[-1] + 1)[account] * alike
    size = random.random(n) < 0.4
    score = np.clip(np.round(50 + 6 * shared + 14 * random.normal(size=n) - 4 * size), 0, 100)
    luck = random.random(n)
    won = luck < np.clip(score / 160 + 0.08 * shared, 0.02, 0.9)
    worked = random.random(n) < 0.85
    waited = random.exponential(np.where(score >= 60, 20.0, 45.0))
    created = np.datetime64("2026-01-01T08:00") + random.integers(0, 60 * 24 * 60, n).astype("timedelta64[m]")
    contacted = created + (waited * 60).astype("timedelta64[m]")
    level = np.clip((score + random.normal(0, 12, n)) // 25, 0, 3).astype(int)
    columns = {
        "score": score,
        "won": np.where(worked & (random.random(n) < 0.9), np.where(won, "yes", "no"), ""),
        "worked": np.where(worked, "yes", "no"),
        "created": created.astype(str),
        "contacted": np.where(worked, contacted.astype(str), ""),
        "touches": random.poisson(np.where(score >= 60, 4.0, 2.5)),
        "moved": np.where(random.random(n) < 0.1, "yes", "no"),
        "size": np.where(size, "small", "large"),
        "company": np.char.add("c", account.astype(str)),
        "offer": np.array(PRODUCTS)[(level + random.integers(0, 2, n)) % 4],
        "level": np.array(LEVELS)[level],
    }
    first = group // 4 if crossed else group
    columns["a"] = np.char.add("a", first.astype(str))
    if crossed:
        columns["b"] = np.char.add("b", (group % 4).astype(str))
    return pa.table({name: pa.array(values.tolist()) for name, values in columns.items()})
