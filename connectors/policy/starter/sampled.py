"""The profile of a CRM's fields from a few leads, made under the strictest policy there is.

Fields whose name, type or classification forbids them are not requested at all. Of the others a value
becomes its shape in the loop that parses the record, by an operator that no policy file can name; a code
under the organisation's key tells how many different values there are. Only the profile of a field leaves:
numbers, and words of a short list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, get_args

import pyarrow as pa

from connectors.policy.blank import each_filled
from connectors.policy.identifying import identified_as
from connectors.policy.looks import Looks, looks_like
from connectors.policy.model import Applied, Policy, Rule
from connectors.policy.reasons import held_by
from connectors.policy.starter.classified import standing
from connectors.policy.starter.profile import Profile
from connectors.policy.starter.sensitive import special_of
from connectors.pseudonym import Keyring
from connectors.source import FieldInfo, Source

LEADS = 200
AT_ONCE = 100
"""So many fields are asked for at a time: a query has a longest length."""
_LENGTHS = ((10, "1-10"), (40, "11-40"), (200, "41-200"))
_LOOKS: Mapping[str, Looks] = {name: name for name in get_args(Looks)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Replace a value by what it looks like, its length as a band, and a code to count different values by.

    It is no operator of a policy file: nothing that is stored is made by it.
    """

    name: ClassVar[str] = "shape"
    field: str

    def apply(self, values: Sequence[str | None], keyring: Keyring) -> Applied:
        """Three parts with bars between: nothing of the value but these."""
        return each_filled(
            values,
            lambda value: (
                f"{looks_like(value)}|{_length(value)}|{keyring.pseudonym(f'shape/{self.field}', value)}"
            ),
        )

    def describe(self) -> str:
        """What it does, for the admin."""
        return "Only the shape of the value is looked at."


def sampled(
    source: Source, policy: Policy, fields: Iterable[FieldInfo], leads: int = LEADS
) -> dict[str, Profile]:
    """The profiles of those of ``fields`` that may be looked at, by the CRM's name.

    ``policy`` says which object is read and which leads are left out (opt-outs hold here as well); its own
    rules are not used.

    Raises
    ------
    Refused, Busy
        The CRM does not give the sample.
    """
    found: dict[str, Profile] = {}
    asked = [field for field in fields if may_be_looked_at(field)]
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        table = source.sample(shapes_only(policy, some), leads).table
        found |= {field.name: profile_of(table[field.name]) for field in some}
    return found


def may_be_looked_at(field: FieldInfo) -> bool:
    """Whether nothing forbids a look at a field's shape: name, type, special category or classification."""
    named = identified_as(field.name) or identified_as(field.label)
    return not (named or held_by(field) or special_of(field) or standing(field) == "closed" or field.retiring)


def shapes_only(policy: Policy, fields: Sequence[FieldInfo]) -> Policy:
    """The strictest policy that still reads ``fields``: of each nothing but its shape."""
    rules = tuple(Rule(field=one.name, operator=Shape(field=one.name), column=one.name) for one in fields)
    return replace(policy, rules=rules)


def profile_of(shapes: pa.ChunkedArray) -> Profile:
    """The profile of one field out of the shapes of its values."""
    told = [shape.split("|") for shape in shapes.to_pylist() if shape is not None]
    looks, share = _most(looks for looks, _, _ in told)
    length, _ = _most(length for _, length, _ in told)
    return Profile(
        leads=len(shapes),
        filled=len(told),
        distinct=len({code for _, _, code in told}),
        length=length if told else "",
        looks=_LOOKS.get(looks, "empty"),
        share=share,
    )


def _most(words: Iterator[str]) -> tuple[str, float]:
    """The most frequent word, the first in the alphabet among equals, and its share to a tenth."""
    counts = Counter(words)
    if not counts:
        return "", 0.0
    word = min(counts, key=lambda one: (-counts[one], one))
    return word, round(counts[word] / counts.total(), 1)


def _length(value: str) -> str:
    return next((words for most, words in _LENGTHS if len(value) <= most), "over 200")
