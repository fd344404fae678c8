"""The stream of a starter: what each column of a policy is for."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator

from connectors.policy.special import special_category

ATTRIBUTES = ("gender", "age", "region")
SPECIAL = frozenset({"gender"})
FEATURES = ("zip1", "zip3", "source", "industry")
CONTROLS = ("company_size",)
_ROLES = frozenset({"score", "outcome", "worked", "created", "outcome_at", *ATTRIBUTES, *FEATURES, *CONTROLS})
_SCORE = """\
[stream]
name = "lead-score"

# The number to audit.
score = "score"
# A lead counts as selected from which score on? Only you know: take the # away and put your number.
# threshold = 70
# The lowest and the highest score there is, if you know them.
# score_range = [0, 100]
"""
_OUTCOME = """
# What came of the lead: 1, 0, or not yet known.
outcome = "outcome"
"""
_WORKED = """
# Whether anybody worked the lead. A lead that nobody worked has no honest outcome.
worked = "worked"
"""
_CREATED = """
# When the lead was created, and how many days an outcome needs to ripen.
created = "{column}"
maturity_days = 90
"""
_BEFORE = """
# Audit the score from before the outcome. Fairlead remembers every lead's scores from pull to pull, and
# takes your CRM's own history of the score where there is one: take both # away. What was converted before
# the first pull, and has no history, then counts as not known.
# outcome_at = "outcome_at"
# scored_at = "scored_at"
"""
_AUDIT = """
# Which gaps are tolerated, and how sure the audit must be.
[audit]
tolerance_difference = 0.05
tolerance_ratio = 0.8
confidence = 0.95
minimum_group = 30
intersections = 2
"""


def stream_text(columns: Collection[str]) -> str:
    """The text of ``stream.toml`` for the ``columns`` that a policy fills.

    Columns play the role that their name says; for the others, and for what only a person can
    know, there are comments. Without a column to compare the text is not valid yet.
    """
    return "".join(_parts(columns))


def _parts(columns: Collection[str]) -> Iterator[str]:
    yield _SCORE
    if "outcome" in columns:
        yield _OUTCOME
    if "worked" in columns:
        yield _WORKED
    if "outcome_at" in columns:
        yield _BEFORE
    yield _CREATED.format(column="created" if "created" in columns else "cohort_day")
    yield from _list("features", "Where a proxy for a group may hide.", FEATURES, columns)
    yield from _list("controls", "Legitimate reasons for a different score.", CONTROLS, columns)
    yield from (_attribute(name) for name in ATTRIBUTES if name in columns)
    others = [name for name in columns if name not in _ROLES]
    yield from (_special(name) for name in others if special_category(name))
    yield from _choices([name for name in others if not special_category(name)])
    yield _AUDIT


def _list(key: str, why: str, names: tuple[str, ...], columns: Collection[str]) -> Iterator[str]:
    if found := [name for name in names if name in columns]:
        yield f"\n# {why}\n{key} = {_toml(found)}\n"


def _attribute(name: str) -> str:
    special = (
        "special_category = true   # its findings weigh more, and no flag on a lead depends on it\n"
        if name in SPECIAL
        else ""
    )
    return f"\n# A group to compare.\n[[stream.attribute]]\nname = {_toml(name)}\n{special}"


def _special(name: str) -> str:
    return (
        f"\n# This likely says {special_category(name)}. To compare groups by it, take the # away,\n"
        f"# and keep the last line, so that no rep can infer it.\n"
        f"# [[stream.attribute]]\n# name = {_toml(name)}\n# special_category = true\n"
    )


def _choices(others: list[str]) -> Iterator[str]:
    known = f" The policy also fills: {', '.join(map(_toml, others))}." if others else ""
    example = _toml(others[0] if others else "region")
    yield f"\n# Another group to compare? Take the # away and put its column.{known}\n"
    yield f"# [[stream.attribute]]\n# name = {example}\n"


def _toml(value: object) -> str:
    # A JSON text is a TOML one, but for the DEL character, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
