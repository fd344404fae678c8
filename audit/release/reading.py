"""A release that somebody handed in: read strictly, because whoever wrote the file may wish us no good.

Every count is checked for its place, and the whole for being what it says: every table complete, every
fact known, the noise that of its epsilon. What the file says of rates and gaps is worked out anew, never
believed. Time and memory are bounded by the length of the file, which is bounded too.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from math import prod

from audit.release.facts import Fact
from audit.release.found import Found, loaded, refusal
from audit.release.model import SCHEMA, Group, Noise, Release, Terms, sealed
from audit.release.noise_scale import LARGEST_EPSILON, LARGEST_SCALE, SMALLEST_EPSILON, scale_of
from audit.release.shape import Dimension
from audit.release.signature import parted
from audit.schema import BadInput

LONGEST = 40_000_000
_MOST_ATTRIBUTES, _MOST_LEVELS, _MOST_EDGES = 50, 5_000, 100
_MOST_FACTS, _MOST_GROUPS, _MOST_COUNTS = 500, 20_000, 300_000
_LARGEST_COUNT, _LARGEST_SCORE = 10**12, 1e15
_FIGURES = ("estimates", "disparities", "bounds")
_RATIO = 1e-6


def read_release(text: str) -> Release:
    """The release in a file's text. What it says of rates and gaps is worked out anew, never believed.

    Raises
    ------
    BadInput
        It is no release, it was changed after it was signed, or it must not leave. One sentence names the
        place.
    """
    rest, standing = parted(text)
    if standing.state == "changed":
        raise BadInput(refusal("it was changed, or written anew, after it was signed"))
    whole = loaded(rest, LONGEST)
    content = whole.record("schema", *Terms.__slots__, *_RELEASE, *_FIGURES)
    if content["schema"].value != SCHEMA:
        content["schema"].refuse(f"must be {SCHEMA}")
    for name in _FIGURES:
        content[name].items(_MOST_COUNTS * 40)
    return _checked(content)


def release_text(data: bytes) -> str:
    """The text of a file; BadInput where it is no UTF-8, or too long."""
    if len(data) > LONGEST:
        raise BadInput(refusal(f"the file has {len(data):,} bytes, and {LONGEST:,} are the most"))
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise BadInput(refusal(f"byte {error.start:,} is no text (UTF-8)")) from None


_RELEASE = ("k", "noise", "left_out", "bands", "attributes", "facts", "groups")


def _checked(content: dict[str, Found]) -> Release:
    edges = _edges(content["bands"])
    dimensions = tuple(_dimension(one) for one in content["attributes"].items(_MOST_ATTRIBUTES))
    _no_two(content["attributes"], [one.name for one in dimensions], "the name of an attribute")
    facts = _facts(content["facts"], len(edges) + 1)
    groups = _groups(content["groups"], dimensions, facts)
    tables = {one.attribute for one in groups}
    banded = any(fact.band is not None for fact in facts)
    return sealed(
        terms=_terms(content),
        k=content["k"].whole(0, _LARGEST_COUNT),
        edges=edges,
        dimensions=dimensions,
        facts=facts,
        groups=groups,
        left_out=content["left_out"].truth(),
        noise=_noise(content["noise"], len(tables) + banded * sum(len(one) < 2 for one in tables)),
    )


def _terms(content: dict[str, Found]) -> Terms:
    threshold = content["threshold"]
    return Terms(
        stream=content["stream"].text(),
        confidence=content["confidence"].number(1e-9, 1 - 1e-9),
        tolerance_difference=content["tolerance_difference"].number(0, 1),
        tolerance_ratio=content["tolerance_ratio"].number(1e-9, 1),
        threshold=None if threshold.value is None else threshold.number(-_LARGEST_SCORE, _LARGEST_SCORE),
        higher_is_better=content["higher_is_better"].truth(),
    )


def _edges(found: Found) -> tuple[float, ...]:
    edges = tuple(one.number(-_LARGEST_SCORE, _LARGEST_SCORE) for one in found.items(_MOST_EDGES))
    if any(one >= other for one, other in pairwise(edges)):
        found.refuse("must rise from each score to the next")
    return edges


def _dimension(found: Found) -> Dimension:
    content = found.record("name", "levels", "reference")
    levels = tuple(one.text() for one in content["levels"].items(_MOST_LEVELS))
    _no_two(content["levels"], levels, "a group")
    reference = None if content["reference"].value is None else content["reference"].text()
    if not levels or reference not in {None, *levels}:
        content["reference" if levels else "levels"].refuse("names no group")
    return Dimension(name=content["name"].text(), levels=levels, reference=reference)


def _facts(found: Found, bands: int) -> tuple[Fact, ...]:
    facts = tuple(_fact(one, bands) for one in found.items(_MOST_FACTS))
    _no_two(found, facts, "a fact")
    decisions = sum(fact.band is None for fact in facts)
    if facts[:1] != (Fact(),) or any(fact.band is not None for fact in facts[:decisions]):
        found.refuse("must begin with all leads, and have those with a band last")
    return facts


def _fact(found: Found, bands: int) -> Fact:
    content = found.record("selected", "result", "band")
    band = content["band"]
    return Fact(
        selected=content["selected"].one_of("yes", "no", "none"),
        result=content["result"].one_of("yes", "no", "open"),
        band=None if band.value is None else band.whole(0, bands),
    )


def _groups(found: Found, dimensions: tuple[Dimension, ...], facts: tuple[Fact, ...]) -> tuple[Group, ...]:
    levels = {one.name: frozenset(one.levels) for one in dimensions}
    decisions = sum(fact.band is None for fact in facts)
    groups, total = [], 0
    for one in found.items(_MOST_GROUPS):
        group = _group(one, levels, (len(facts), decisions))
        total += len(group.counts)
        groups.append(group)
    if total > _MOST_COUNTS:
        found.refuse(f"has {total:,} counts, and {_MOST_COUNTS:,} are the most")
    _no_two(found, [(one.attribute, one.group) for one in groups], "a group")
    if not groups or groups[0].attribute:
        found.refuse("must begin with all leads")
    for attribute, held in Counter(one.attribute for one in groups).items():
        # Where a group is missing, the others would not add up to what they are said to.
        if held != (wanted := prod(len(levels[name]) for name in attribute)):
            found.refuse(f"has {held:,} of the {wanted:,} groups of {_title(attribute)}")
    return tuple(groups)


def _group(found: Found, levels: dict[str, frozenset[str]], widths: tuple[int, int]) -> Group:
    content = found.record("attribute", "group", "counts")
    names = tuple(one.text() for one in content["attribute"].items(len(levels)))
    group = tuple(one.text() for one in content["group"].items(len(levels)))
    order = [name for name in levels if name in names]
    if list(names) != order:
        content["attribute"].refuse("must name attributes of the release, each once and in their order")
    if len(group) != len(names) or any(
        one not in levels[name] for name, one in zip(names, group, strict=True)
    ):
        content["group"].refuse("must name a group of each attribute")
    width = widths[len(names) > 1]
    counts = tuple(
        None if one.value is None else one.whole(-_LARGEST_COUNT, _LARGEST_COUNT)
        for one in content["counts"].items(width)
    )
    if len(counts) != width:
        content["counts"].refuse(f"has {len(counts)} counts and needs {width}")
    return Group(attribute=names, group=group, counts=counts)


def _noise(found: Found, tables: int) -> Noise | None:
    if found.value is None:
        return None
    content = found.record("epsilon", "delta", "scale")
    epsilon = content["epsilon"].number(SMALLEST_EPSILON, LARGEST_EPSILON)
    scale = content["scale"].number(0, LARGEST_SCALE)
    wanted = scale_of(epsilon, tables)
    if abs(scale - wanted) > _RATIO * wanted:
        content["scale"].refuse(f"is {scale:g}, and {tables} tables with that epsilon need {wanted:g}")
    return Noise(epsilon=epsilon, delta=content["delta"].number(0, 1e-3), scale=scale)


def _no_two(found: Found, values: list[object] | tuple[object, ...], what: str) -> None:
    if len(set(values)) != len(values):
        found.refuse(f"has {what} twice")


def _title(attribute: tuple[str, ...]) -> str:
    return " and ".join(name[:40] for name in attribute) or "all leads"
