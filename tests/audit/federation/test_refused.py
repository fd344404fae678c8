"""What is not merged, each with one sentence that says why and what to do."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import pytest

from audit.federation import Handed, Party, admitted, joint, trusted
from audit.release import Release, public_text, read_release, signed, to_json
from audit.schema import BadInput, Stream
from tests.audit.federation.organisations import counted, exact, handed, key, parties
from tests.audit.federation.test_joint import FULL, ONE
from tests.audit.tables import cube, stream

KEYS = {public_text(key(0)): "A", public_text(key(1)): "B"}


@cache
def first() -> Release:
    return exact(counted(FULL, ONE), ONE)


def second(by: Stream = ONE, **changes: int) -> Release:
    return exact(counted({**FULL, ("x", True, True): 80}, by), by, **changes)


def refused(*files: Handed, keys: dict[str, str] = KEYS) -> str:
    with pytest.raises(BadInput) as problem:
        admitted(files, keys)
    told = str(problem.value)
    assert "\n" not in told
    return told


def test_unsigned():
    file = Handed(file="a.json", data=to_json(first()).encode())
    assert refused(file).startswith("a.json: nobody signed this release")


def test_an_unknown_key():
    told = refused(handed(first(), 2, "c.json"))
    assert told.startswith(f"c.json: it is signed by the key {public_text(key(2))}, which you did not name")
    assert "fairlead federate key" in told


def test_tampered():
    data = handed(first(), 0).data.replace(b'"k": 10', b'"k": 11')
    assert "a.json: This is not a release: it was changed" in refused(Handed(file="a.json", data=data))


def test_another_version():
    text = to_json(first()).replace("fairlead.release/1", "fairlead.release/2")
    file = Handed(file="a.json", data=signed(text, key(0)).encode())
    assert "schema must be fairlead.release/1" in refused(file)


@pytest.mark.parametrize("data", [b"", b" \n"])
def test_empty(data):
    assert refused(Handed(file="a.json", data=data)).startswith("a.json: the file is empty")
    assert refused().startswith("there is nothing to merge")


def test_no_key():
    assert refused(handed(first(), 0), keys={}).startswith("no key is trusted")


def test_the_same_release_twice():
    told = refused(handed(first(), 0, "a.json"), handed(first(), 0, "b.json"))
    assert told.startswith("b.json and a.json are the same release")
    # The same figures under two keys are the same leads.
    told = refused(handed(first(), 0, "a.json"), handed(first(), 1, "b.json"))
    assert told.startswith("b.json and a.json are the same release")


def test_two_releases_of_one_organisation():
    told = refused(handed(first(), 0, "may.json"), handed(second(), 0, "june.json"))
    assert told.startswith("june.json and may.json are both of A")


def test_keys_by_name():
    one, two = public_text(key(0)), public_text(key(1))
    assert trusted([f"North=ern={one}", two]) == {one: "North=ern", two: f"key {two[:8]}"}
    for words, why in (
        (["nonsense"], "this is no public key"),
        ([f"A={one}", f"B={one}"], "have the same key"),
        ([f"A={one}", f"A={two}"], "is there twice"),
        ([f"{'A' * 90}={one}"], "has 90 characters"),
    ):
        with pytest.raises(BadInput, match=why):
            trusted(words)


OTHERS = {
    "attributes differ": stream("c", score=None, threshold=None, decision="d", intersections=1),
    "direction of the score differ": replace(ONE, higher_is_better=False),
    "confidence differ": replace(ONE, audit=replace(ONE.audit, confidence=0.9)),
    "tolerance of differences differ": replace(ONE, audit=replace(ONE.audit, tolerance_difference=0.1)),
    "tolerance of ratios differ": replace(ONE, audit=replace(ONE.audit, tolerance_ratio=0.9)),
    "decision differ": replace(ONE, threshold=50.0),
}


@pytest.mark.parametrize("why", OTHERS)
def test_streams_that_do_not_fit_say_which_and_the_mend(why):
    by = OTHERS[why]
    table = {
        f"attribute:{by.attributes[0].name}": ["x", "y"] * 100,
        "selected": [True, True, False, False] * 50,
    }
    other = exact(cube({**table, "outcome": [True] * 100 + [False] * 100}, by), by)
    with pytest.raises(BadInput) as problem:
        joint(parties(first(), other))
    told = str(problem.value)
    assert told.startswith(f"the releases of A and B do not fit together: the {why} (A: ")
    assert told.endswith(", and make the release anew")


def test_other_facts_do_not_fit():
    by = replace(ONE, outcome=None)
    table = {"attribute:a": ["x", "y"] * 100, "selected": [True, True, False, False] * 50}
    with pytest.raises(BadInput, match="facts behind the rates differ"):
        joint(parties(first(), exact(cube(table, by), by)))


def test_other_groups_do_not_fit():
    rows = {(f"{group}{group}", *rest): n for (group, *rest), n in FULL.items()}
    rows |= {("rare", True, True): 15, ("rare", False, True): 15}
    one = {**FULL, ("few", True, True): 4, ("fewer", False, False): 7}
    two = {**rows, ("few", True, True): 4, ("fewer", False, False): 7}
    releases = [exact(counted(part, ONE), ONE) for part in (one, two)]
    with pytest.raises(BadInput, match="no group of a is named by all"):
        joint(parties(*releases))


def test_other_references_do_not_fit():
    named = [replace(ONE, attributes=(replace(ONE.attributes[0], reference=one),)) for one in "xy"]
    releases = [exact(counted({**FULL, ("x", True, True): 60 + i}, by), by) for i, by in enumerate(named)]
    with pytest.raises(BadInput, match=r"the reference group of a differs \(A: x; B: y\)"):
        joint(parties(*releases))


def test_scores_on_other_scales_do_not_fit():
    by = [stream("a", score_range=(0.0, top), threshold=None, decision="d") for top in (100.0, 1.0)]
    table = {"attribute:a": ["x", "y"] * 400, "selected": [True, False] * 400, "outcome": [True, False] * 400}
    scores = [[(i * 7 % 100) * top / 100 for i in range(800)] for top in (100.0, 1.0)]
    releases = [exact(cube({**table, "score": one}, at), at) for one, at in zip(scores, by, strict=True)]
    with pytest.raises(BadInput, match="the scores may be on different scales"):
        joint(parties(*releases))


def test_a_special_category_that_no_release_has():
    with pytest.raises(BadInput, match="no release has this attribute"):
        joint(parties(first()), ("gender",))


def test_a_release_without_a_lead():
    blank = replace_counts(first())
    with pytest.raises(BadInput, match="the release of B counts no lead"):
        joint((*parties(first()), Party(name="B", key="b", digest="b", release=blank)))


def replace_counts(release: Release) -> Release:
    """The same release with zeros alone, as somebody could sign it."""
    record = json.loads(to_json(release))
    for one in record["groups"]:
        one["counts"] = [0] * len(one["counts"])
    return read_release(json.dumps(record))
