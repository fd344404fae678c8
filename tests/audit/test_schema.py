from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.schema import (
    Attribute,
    BadInput,
    Stream,
    Tolerance,
    band_labels,
    nearest,
    parse_stream,
    stream_to_toml,
)

GOOD = """
[stream]
name = "lead-score"
key = "lead_id"
score = "score"
higher_is_better = true
threshold = 60
outcome = "converted"
created = "created_at"
maturity_days = 90
worked = "contacted"
features = ["zip3", "source"]
controls = ["company_size"]
missing = ["Select", ""]
[[stream.attribute]]
name = "region"
column = "area"
reference = "urban"
special_category = false
[[stream.attribute]]
name = "age"
bands = [25, 35, 50, 65]
[audit]
tolerance_difference = 0.05
tolerance_ratio = 0.8
confidence = 0.95
minimum_group = 30
intersections = 2
"""
SMALL = '[stream]\nname = "s"\nscore = "score"\nthreshold = 60\n[[stream.attribute]]\nname = "region"\n'


def test_every_key_of_the_design_is_read():
    stream = parse_stream(GOOD)
    assert stream == Stream(
        name="lead-score",
        key="lead_id",
        score="score",
        threshold=60.0,
        outcome="converted",
        created="created_at",
        maturity_days=90,
        worked="contacted",
        features=("zip3", "source"),
        controls=("company_size",),
        missing=("Select", ""),
        attributes=(
            Attribute(name="region", column="area", reference="urban"),
            Attribute(name="age", column="age", bands=(25.0, 35.0, 50.0, 65.0)),
        ),
        audit=Tolerance(),
    )


def test_what_is_left_out_takes_its_default():
    stream = parse_stream(SMALL)
    assert stream.higher_is_better
    assert stream.features is None
    assert stream.audit == Tolerance()
    assert stream.attributes[0].column == "region"


def test_a_decision_alone_is_enough():
    text = SMALL.replace('score = "score"\nthreshold = 60', 'decision = "called"')
    assert parse_stream(text).decision == "called"


def test_a_score_may_come_later_where_the_caller_says_so():
    text = SMALL.replace('score = "score"\nthreshold = 60\n', "")
    assert parse_stream(text, score_required=False).score is None


def test_a_byte_order_mark_is_no_mistake():
    assert parse_stream("\ufeff" + SMALL) == parse_stream(SMALL)


def in_audit(line: str) -> str:
    return f"{SMALL}[audit]\n{line}\n"


def more(line: str) -> str:
    return SMALL.replace("threshold", f"{line}\nthreshold")


MISTAKES = [
    (SMALL.replace("threshold", "treshold"), "[stream] has no key 'treshold'; did you mean 'threshold'?"),
    (SMALL.replace("threshold", "xyzzy"), "[stream] has no key 'xyzzy'; its keys are name, key, score"),
    (SMALL + 'colum = "area"\n', "[[stream.attribute]] number 1 has no key 'colum'; did you mean 'column'?"),
    (in_audit("confidense = 0.9"), "[audit] has no key 'confidense'; did you mean 'confidence'?"),
    (SMALL + "[adit]\n", "'adit' at the top; did you mean [audit]?"),
    ("threshold = 5\n" + SMALL, "'threshold' at the top; put threshold under [stream]"),
    (SMALL.replace("[[stream.attribute]]", "[[attribute]]"), "did you mean [[stream.attribute]]?"),
    (SMALL.replace("[[stream.attribute]]", "[stream.attribute]"), "double brackets: [[stream.attribute]]"),
    (SMALL.replace('name = "s"', 'name = "s'), "line 2 is not valid TOML"),
    ("", "there is no [stream] section"),
    (SMALL.replace('name = "s"\n', ""), '[stream] has no name; add a line like name = "lead-score"'),
    (SMALL.replace('"s"', '" "'), "[stream] name is empty"),
    (SMALL.replace('name = "region"', ""), "[[stream.attribute]] number 1 has no name"),
    (
        SMALL.replace("60", '"60"'),
        "threshold must be a number, without quotes, but it is text in quotes",
    ),
    (SMALL.replace("60", "true"), "threshold must be a number"),
    (SMALL.replace("60", "nan"), "threshold is not a finite number"),
    (SMALL.replace('"score"', "5"), "[stream] score must be text in quotes"),
    (
        more('higher_is_better = "yes"'),
        "higher_is_better must be true or false",
    ),
    (more('features = "zip"'), "features must be a list in square brackets"),
    (more("features = [1]"), "one entry is a number"),
    (more('features = ["a", "a"]'), "features names 'a' twice"),
    (more("maturity_days = 1.5"), "maturity_days must be a whole number"),
    (more("maturity_days = 90"), "has maturity_days but no created"),
    (
        more("score_range = [100, 0]"),
        "score_range must be the lowest and the highest",
    ),
    (
        more("score_range = [0, 1]"),
        "threshold 60 lies outside score_range 0 to 1",
    ),
    (SMALL.replace('score = "score"\n', ""), "[stream] has a threshold but no score"),
    (SMALL.replace('score = "score"\nthreshold = 60\n', ""), "[stream] has no score and no decision"),
    (SMALL[: SMALL.index("[[")], "[stream] has no attribute"),
    (SMALL.replace('"region"', '"score"'), "names the column 'score' as both score and an attribute"),
    (
        more('outcome = "score"'),
        "names the column 'score' as both score and outcome",
    ),
    (SMALL + '[[stream.attribute]]\nname = "region"\n', "number 2 has the name 'region' of an earlier one"),
    (SMALL + "bands = [35, 25]\n", "bands must increase from left to right"),
    (SMALL + "bands = [25, 25]\n", "bands must increase from left to right"),
    (SMALL + "bands = []\n", "bands is empty"),
    (SMALL + 'bands = ["a"]\n', "bands must be a list of numbers"),
    (
        SMALL + 'bands = [25]\nreference = "old"\n',
        "reference 'old', which is none of its bands: <25, 25+",
    ),
    (in_audit("tolerance_ratio = 1.25"), "[audit] tolerance_ratio is 1.25; it must lie between 0 and 1"),
    (in_audit("tolerance_difference = 0"), "tolerance_difference is 0; it must lie between 0 and 1"),
    (in_audit("confidence = 95"), "confidence is 95; it must lie between 0 and 1, like 0.95"),
    (in_audit("minimum_group = 0"), "minimum_group is 0; it must be 1 or more"),
    (in_audit("intersections = 0"), "intersections is 0; it must be 1 or more"),
    ("stream = 3", "write [stream] on a line of its own"),
    ("x = " + "[" * 100_000, "nested too deeply"),
]


@pytest.mark.parametrize(("text", "sentence"), MISTAKES)
def test_every_mistake_is_one_sentence_that_names_the_place_and_the_mend(text: str, sentence: str):
    with pytest.raises(BadInput) as caught:
        parse_stream(text, "my.toml")
    message = str(caught.value)
    assert message.startswith("my.toml: ")
    assert sentence in message
    assert "\n" not in message


def test_the_file_has_its_own_name_in_a_message():
    with pytest.raises(BadInput, match=r"^stream\.toml: "):
        parse_stream("")


@pytest.mark.parametrize(
    ("edges", "labels"),
    [
        ([25, 35, 50, 65], ("<25", "25-34", "35-49", "50-64", "65+")),
        ([60], ("<60", "60+")),
        ([1, 2, 10], ("<1", "1", "2-9", "10+")),
        ([0.5, 1], ("<0.5", "0.5 to <1", "1+")),
        ([-5, 5], ("<-5", "-5 to <5", "5+")),
    ],
)
def test_bands_have_names_that_people_use(edges: list[float], labels: tuple[str, ...]):
    assert band_labels(edges) == labels


def test_the_nearest_name_ignores_case_and_separators():
    assert nearest("lead-ID", ["score", "LeadId"]) == "LeadId"
    assert nearest("zzz", ["score"]) is None


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)
columns = st.lists(texts, unique=True, max_size=3).map(tuple)
fractions = st.floats(0.001, 0.999)


@st.composite
def attributes(draw: st.DrawFn) -> tuple[Attribute, ...]:
    names = draw(st.lists(st.text(string.ascii_letters, min_size=1), min_size=1, max_size=3, unique=True))
    edges = st.lists(st.floats(-1e6, 1e6), unique=True, max_size=4).map(lambda items: tuple(sorted(items)))
    return tuple(
        Attribute(name=name, column=f"column {name}", special_category=draw(st.booleans()), bands=draw(edges))
        for name in names
    )


@st.composite
def streams(draw: st.DrawFn) -> Stream:
    return Stream(
        name=draw(texts),
        attributes=draw(attributes()),
        key=draw(st.none() | st.just("key")),
        score="score",
        threshold=draw(st.floats(0, 100)),
        score_range=draw(st.none() | st.just((0.0, 100.0))),
        higher_is_better=draw(st.booleans()),
        outcome=draw(st.none() | st.just("out\tcome\x7f")),
        created="created",
        maturity_days=draw(st.none() | st.integers(0, 10_000)),
        features=draw(st.none() | columns),
        controls=draw(columns),
        missing=draw(st.lists(st.text(st.characters(exclude_categories=["Cs"])), unique=True).map(tuple)),
        audit=Tolerance(
            tolerance_difference=draw(fractions),
            confidence=draw(fractions),
            minimum_group=draw(st.integers(1, 99)),
        ),
    )


@given(streams())
def test_a_stream_survives_its_file(stream: Stream):
    assert parse_stream(stream_to_toml(stream)) == stream


@given(st.text())
def test_any_text_is_a_stream_or_one_sentence(text: str):
    with pytest.raises(BadInput) as caught:
        parse_stream(text)
    assert str(caught.value).startswith("stream.toml: ")
