"""Hundreds of realistic fields, each with what it is suggested as and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from audit.schema import BadInput
from connectors.policy.parse import parse_policy
from connectors.policy.starter.suggest import advised
from connectors.source import FieldInfo, FieldKind

TABLE = Path(__file__).with_name("suggested_fields.txt")
KINDS = get_args(FieldKind)
# Whatever the name says, these types say enough to drop a field, in their own words.
BY_TYPE = {"long_text", "formula_text", "contact", "other"}


def lines() -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            operator, word, kinds, names = (part.strip() for part in line.split(";"))
            every = KINDS if kinds == "any" else tuple(kinds.split())
            yield from ((operator, word, every, name) for name in names.split("|"))


def wrong(operator: str, word: str, kind: str, name: str) -> str:
    """What is suggested for a field where it is not what the table says; else ""."""
    found = advised(FieldInfo(name=name, label=name, type=kind, kind=kind))  # type: ignore[arg-type]
    told = word in found.reason or (kind in BY_TYPE and found.operator.name == "drop")
    return (
        ""
        if found.operator.name == operator and told
        else f"{name} ({kind}): {found.operator.name}, {found.reason}"
    )


def test_each_field_is_suggested_as_the_table_says():
    told = [wrong(operator, word, kind, name) for operator, word, kinds, name in lines() for kind in kinds]
    assert [one for one in told if one] == []
    assert len(told) > 3000


def test_the_table_holds_hundreds_of_names_each_once_a_kind():
    names = [(kind, name) for _, _, kinds, name in lines() for kind in kinds]
    assert len(set(names)) == len(names)
    assert len({name for _, _, _, name in lines()}) > 500


POINT = """
[policy]
name = "p"
crm = "salesforce"
object = "Lead"
created = "CreatedDate"
[[rule]]
field = "Latitude"
column = "north"
"""


@pytest.mark.parametrize(
    "rule",
    [
        'operator = "keep"',
        'operator = "key"\ndomain = "place"',
        'operator = "coarsen"\nby = "prefix"\ncharacters = 6',
        'operator = "noise"\nepsilon = 1.0\nlower = 0\nupper = 90',
        'operator = "band"\nbands = [48.1, 48.2, 48.3]',
        'operator = "band"\nbands = [47, 48, 48.5]',
    ],
)
def test_a_point_on_the_map_is_never_read_finer_than_a_degree(rule):
    with pytest.raises(BadInput, match="'Latitude' is a point on the map"):
        parse_policy(POINT + rule)


def test_a_point_on_the_map_may_be_banded_by_degrees():
    parse_policy(POINT + 'operator = "band"\nbands = [47, 48, 49, 55]')
    parse_policy(POINT + 'operator = "drop"')
