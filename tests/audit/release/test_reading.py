"""Files that somebody made to break the reader, or that broke on the way: one sentence each, and cheap."""

from __future__ import annotations

import base64
import json
from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.release import parted, public_text, read_release, release_text, signed, to_html, to_json
from audit.release.model import Noise, Release, sealed
from audit.release.noise_scale import scale_of
from audit.schema import BadInput
from tests.audit.release.test_attacks import leads, released

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@cache
def exact() -> Release:
    return released(leads(1, 400, ((1.0, 1.0), (1.0, 0.2)), 0.5, known=0.7))[1]


@cache
def noisy() -> Release:
    """As with noise, but the numbers are made up: drawing needs an extra."""
    plain = exact()
    groups = tuple(
        type(one)(
            attribute=one.attribute, group=one.group, counts=tuple(-3 if n is None else n for n in one.counts)
        )
        for one in plain.groups
    )
    tables = {one.attribute for one in groups}
    scale = scale_of(0.5, len(tables) + sum(len(one) < 2 for one in tables))
    same = {name: getattr(plain, name) for name in ("terms", "k", "edges", "dimensions", "facts", "left_out")}
    return sealed(**same, groups=groups, noise=Noise(epsilon=0.5, delta=1e-7, scale=scale))


def read_or_one_sentence(text: str) -> Release | None:
    try:
        return read_release(text)
    except BadInput as problem:
        told = str(problem)
        assert told.startswith("This is not a release"), told
        assert told.endswith((" whoever made it.", " with fairlead release.")), told
        assert len(told) < 500
        assert "\n" not in told
        return None


HOSTILE = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        -5,
        3,
        10**15,
        -(10**15),
        0.5,
        1e308,
        -0.0,
        "",
        "x",
        "\ud800",
        "a" * 3000,
        "\x00<script>",
        [],
        {},
        [[]],
        [None] * 30,
        {"a": 1},
        "yes",
        [["x"]],
    ]
)


def places(value: object, at: tuple = ()) -> list[tuple]:
    """Every place in a record but the figures, which are not believed anyhow; of long lists some."""
    inner = (
        value.items() if isinstance(value, dict) else enumerate(value[:7]) if isinstance(value, list) else ()
    )
    found = [
        places(one, (*at, name)) for name, one in inner if name not in {"estimates", "disparities", "bounds"}
    ]
    return [at, *(place for some in found for place in some)]


def changed(record: dict, place: tuple, how: str, to: object) -> object:
    if not place:
        return to
    holder = record
    for name in place[:-1]:
        holder = holder[name]
    last = place[-1]
    if how == "put":
        holder[last] = to
    elif how == "drop":
        del holder[last]
    elif isinstance(holder, list):
        holder.append(holder[last])
    else:
        holder["more"] = holder[last]
    return record


@quick
@given(st.data(), st.booleans())
def test_whatever_is_put_in_a_file_is_read_whole_or_refused_in_one_sentence(data, with_noise):
    record = json.loads(to_json(noisy() if with_noise else exact()))
    for _ in range(data.draw(st.integers(1, 2))):
        place = data.draw(st.sampled_from(places(record)))
        record = changed(
            record, place, data.draw(st.sampled_from(["put", "put", "drop", "twice"])), data.draw(HOSTILE)
        )
        if not isinstance(record, dict):
            break
    found = read_or_one_sentence(json.dumps(record))
    if found is not None:  # what is believed can be worked with, and is written and read again
        assert read_release(to_json(found)) == found
        assert "<script" not in to_html(found)


@quick
@given(st.data())
def test_broken_bytes_are_read_whole_or_refused_in_one_sentence(data):
    raw = bytearray(
        signed(to_json(exact()), KEY).encode() if data.draw(st.booleans()) else to_json(exact()).encode()
    )
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        more = data.draw(st.binary(max_size=3))
        raw[at : at + data.draw(st.integers(0, 40))] = more
    try:
        bytes(raw).decode()
    except UnicodeDecodeError:
        with pytest.raises(BadInput, match="is no text"):
            release_text(bytes(raw))
        return
    read_or_one_sentence(release_text(bytes(raw)))


def spoilt(**changes: object) -> str:
    return json.dumps({**json.loads(to_json(exact())), **changes})


def many_cells() -> str:
    """Three attributes of a thousand groups each, and a table that says it crosses them."""
    record = json.loads(to_json(exact()))
    levels = [f"g{i}" for i in range(1000)]
    record["attributes"] = [{"name": name, "levels": levels, "reference": None} for name in "abc"]
    counts = [0] * sum(fact["band"] is None for fact in record["facts"])
    record["groups"] = [
        record["groups"][0],
        {"attribute": list("abc"), "group": ["g0"] * 3, "counts": counts},
    ]
    return json.dumps(record)


def noise(**changes: object) -> str:
    record = json.loads(to_json(noisy()))
    return json.dumps({**record, "noise": {**record["noise"], **changes}})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1, column 1 is no JSON"),
        ("[" * 200_000, "nested too deeply"),
        ('{"a":' * 200_000, "nested too deeply"),
        ('{"k": ' + "9" * 1_000_000 + "}", "1,000,000 digits"),
        ('{"k": NaN}', "NaN is no number"),
        ('{"k": -Infinity}', "-Infinity is no number"),
        ('{"k": 10, "k": 11}', 'the key "k" is there twice'),
        ("{" + ",".join(f'"{i}":1' for i in range(100_000)) + ',"7":1}', 'the key "7" is there twice'),
        ("[]", "the file is a list and must be an object"),
        ("7", "the file is 7 and must be an object"),
        ("{}", "the file has no schema"),
        (spoilt(extra="https://example.com"), 'does not belong there: "extra"'),
        (spoilt(k=True), "k is true or false and must be a whole number"),
        (spoilt(k=1e1), r"k is 10\.0 and must be a whole number"),
        (spoilt(threshold=1e300), r"threshold is 1e\+300 and must be a number"),
        (spoilt(bands=[60.0, 60.0]), "bands must rise"),
        (spoilt(bands=list(range(1000))), "bands has 1,000 entries"),
        (spoilt(facts=[]), "facts must begin with all leads"),
        (spoilt(groups=[]), "groups must begin with all leads"),
        (spoilt(stream="n" * 1_000_000), "stream has 1,000,000 characters"),
        (
            spoilt(attributes=[{"name": "a", "levels": ["n" * 1_000_000], "reference": None}]),
            "1,000,000 characters",
        ),
        (spoilt(attributes=[{"name": "a", "levels": ["x", "x"], "reference": None}]), "has a group twice"),
        (many_cells(), "has 1 of the 1,000,000,000 groups of a and b and c"),
        (noise(scale=1e300), "scale is 1e"),
        (noise(scale=0.001), "tables with that epsilon need"),
        (noise(epsilon=-1), "epsilon is -1 and must be a number from 0.01 to 10"),
        (noise(delta="1e-7"), "delta is"),
        (to_json(exact()).replace('"k": 10', '"k": 10.'), "is no JSON"),
        ("﻿" + to_json(exact()), "is no JSON"),
        (to_json(exact()).replace("{\n", '{\n "signature": null,\n', 1), "after it was signed"),
    ],
)
def test_the_sentence_names_the_place(text, words):
    with pytest.raises(BadInput, match=words) as told:
        read_release(text)
    assert len(str(told.value)) < 500


def test_a_count_below_zero_needs_noise():
    record = json.loads(to_json(exact()))
    record["groups"][0]["counts"][0] = -40
    with pytest.raises(BadInput, match="a count below 10"):
        read_release(json.dumps(record))


def test_a_file_that_is_too_long_is_not_even_looked_at(monkeypatch):
    monkeypatch.setattr("audit.release.reading.LONGEST", 1000)
    with pytest.raises(BadInput, match="characters, and 1,000 are the most"):
        read_release(to_json(exact()))
    with pytest.raises(BadInput, match="bytes, and 1,000 are the most"):
        release_text(to_json(exact()).encode())


def test_a_signed_release_reads_as_the_unsigned_one_and_tells_its_key():
    text = to_json(exact())
    once = signed(text, KEY)
    assert once == signed(text, KEY)
    assert read_release(once) == read_release(text) == exact()
    rest, standing = parted(once)
    assert (rest, standing.state, standing.public_key) == (text, "signed", public_text(KEY))
    assert parted(text)[1].state == "unsigned"


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('"left_out": false', '"left_out": true'),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text + " ",
        lambda text: json.dumps(json.loads(text)),
        lambda text: text.replace(public_text(KEY), public_text(OTHER)),
        lambda text: text.replace(public_text(KEY), base64.b64encode(bytes(32)).decode()),
        lambda text: signed(text, OTHER),
        lambda text: text.replace("Ed25519", "none"),
    ],
)
def test_a_signed_release_that_was_changed_is_refused(change):
    text = change(signed(to_json(exact()), KEY))
    with pytest.raises(BadInput, match="after it was signed"):
        read_release(text)
    assert parted(text)[1].state == "changed"
