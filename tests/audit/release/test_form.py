"""The form of a release: only this package makes one, and every reader checks it again."""

from __future__ import annotations

import ast
import inspect
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

import webapp.releasing as gate
from audit.cube import Cube
from audit.release import (
    Release,
    basis_of,
    bounds,
    disparities,
    estimates,
    fitting_shape,
    read_release,
    release_of,
    shape_text,
    terms_of,
    to_html,
    to_json,
)
from audit.release import basis as basis_form
from audit.release.bounds import spans
from audit.schema import BadInput
from tests.audit.release.test_attacks import STREAM, leads, released, truth
from webapp.cli import federate
from webapp.store.releases import ReleasedRow

REPOSITORY = Path(__file__).resolve().parents[3]
SCHEMA = json.loads((REPOSITORY / "audit" / "release" / "release.schema.json").read_text())


@pytest.fixture(scope="module")
def of() -> Cube:
    return leads(8, 700, ((1.0, 0.6, 0.2), (1.0, 0.5)), 0.3)


@pytest.fixture(scope="module")
def release(of) -> Release:
    return released(of)[1]


def test_the_json_form_follows_its_schema_and_reads_back(release):
    text = to_json(release)
    jsonschema.validate(json.loads(text), SCHEMA)
    assert read_release(text) == release
    assert to_json(read_release(text)) == text


def test_nobody_else_can_make_one(release):
    with pytest.raises(TypeError, match=r"only made by audit\.release"):
        replace(release, seal=object())
    wrong = []
    for path in (REPOSITORY / name for name in ("audit", "connectors", "webapp")):
        for file in path.rglob("*.py"):
            if file.parent != REPOSITORY / "audit" / "release":
                text = file.read_text()
                wrong += [str(file)] if "sealed(" in text and "release" in text else []
                wrong += [str(file)] if "_SEAL" in text else []
    assert not wrong


def test_everything_that_writes_what_is_handed_out_takes_a_release():
    # A line of the ledger holds what `files_of` made, and nothing else is written into one.
    makers, writers = (
        (to_json, to_html, gate.files_of),
        (gate.kept_files, gate.write_release, federate.write_figures),
    )
    for writer in (*makers, *writers):
        first = next(iter(inspect.signature(writer, eval_str=True).parameters.values()))
        assert first.annotation is (Release if writer in makers else ReleasedRow), writer.__name__
    for name in ("views/sharing.py", "cli/release.py", "cli/federate.py"):
        tree = ast.parse((REPOSITORY / "webapp" / name).read_text())
        modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
        assert not {module for module in modules if module.startswith("audit.report")}, name


def _hide_one(record: dict) -> None:
    counts = next(one["counts"] for one in record["groups"] if None not in one["counts"])
    counts[1] = None


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda r: r.update(k=5), "at least 10"),
        (lambda r: r["groups"][0]["counts"].__setitem__(1, 3), "below 10"),
        (_hide_one, "one subtraction"),
        (lambda r: r["groups"][0]["counts"].__setitem__(0, 10_000), "do not add up"),
        (lambda r: r.pop("facts"), "the file has no facts"),
        (lambda r: r.update(schema="fairlead.audit/1"), "schema must be"),
        (lambda r: r["groups"][0]["counts"].__setitem__(0, 12.5), r"groups\[0\]\.counts\[0\] is 12\.5"),
    ],
)
def test_a_file_that_must_not_leave_is_refused(release, spoil, why):
    record = json.loads(to_json(release))
    spoil(record)
    with pytest.raises(BadInput, match=why):
        read_release(json.dumps(record))


def test_a_hidden_rate_is_undefined_and_bounded_never_zero(release):
    values = release.values()
    undefined = [one for one in estimates(release) if one.estimate.value is None]
    assert undefined
    assert all("hidden" in one.estimate.undefined and one.estimate.low is None for one in undefined)
    assert any(count is None for count in values.values())
    assert all(gap.verdict == "insufficient" for gap in disparities(release) if gap.estimate.value is None)
    assert all(0 <= one.low <= one.high <= 1 for one in bounds(release))


def test_the_bounds_of_hidden_counts_hold(of, release):
    true = truth(basis_of(of, fitting_shape(of, STREAM)), release)
    found = spans(release)
    assert all(found[key].low <= true[key] <= found[key].high for key in true)
    assert all(
        found[key].high - found[key].low >= release.k for key, n in release.values().items() if n is None
    )


def test_published_rates_are_those_of_the_leads(of, release):
    from audit.metrics import estimates as exact

    theirs = {(e.attribute, e.group, e.metric): e.estimate for e in exact(of, STREAM, 0)}
    shared = [one for one in estimates(release) if one.estimate.value is not None]
    assert len(shared) > 20
    for one in shared:
        other = theirs.get((one.attribute, one.group, one.metric))
        if other is not None:
            assert (one.estimate.n, one.estimate.value) == (other.n, pytest.approx(other.value))
            assert (one.estimate.low, one.estimate.high) == pytest.approx((other.low, other.high))


def test_the_page_says_what_is_hidden_and_escapes_names(release):
    page = to_html(release)
    assert "Hidden does not mean 0" in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    named = to_html(released(leads(8, 700, ((1.0, 0.6), (1.0, 0.5)), 0.3))[1])
    assert "Shared figures: test" in named


def test_shapes_and_counts_come_back_from_their_texts(of):
    shape = fitting_shape(of, STREAM)
    assert shape_text.from_text(shape_text.to_text(shape)) == shape
    basis = basis_of(of, shape)
    again = basis_form.from_text(basis_form.to_text(basis), shape)
    assert again.digest() == basis.digest()
    with pytest.raises(BadInput, match="cannot be read"):
        basis_form.from_text("{}", shape)


def test_k_below_ten_and_too_few_leads_are_refused(of):
    with pytest.raises(BadInput, match="at least 10 leads in every cell"):
        fitting_shape(of, STREAM, k=9)
    few = leads(1, 8, ((1.0,), (1.0,)), 0.5)
    with pytest.raises(BadInput, match="8 leads"):
        fitting_shape(few, STREAM)


def test_a_larger_k_hides_more(of):
    shape = fitting_shape(of, STREAM, crossings=1)
    shapes = (shape, replace(shape, k=30))
    made = [release_of(basis_of(of, one), terms_of(STREAM)).values().values() for one in shapes]
    assert [sum(n is None for n in counts) for counts in made] == sorted(
        sum(n is None for n in counts) for counts in made
    )
    assert list(made[0]) != list(made[1])
