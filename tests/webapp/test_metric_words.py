"""Names and explanations of metrics in other languages: whole against the registry."""

from __future__ import annotations

import re
import tomllib

import pytest

from audit.finding.reading import QUANTILE, READINGS, reading
from audit.registry import METRICS
from tests.webapp.site import Site
from webapp.language import NAMES
from webapp.translations.catalogue import FOLDER
from webapp.translations.metrics import NOT_COMPARED, explanation, label, table
from webapp.viewmodels.words import metric_label

GERMAN = {"Accept-Language": "de"}
OTHERS = sorted(set(NAMES) - {"en"})
PARTS = {*(name for name in READINGS if "@" in name), *(f"{QUANTILE}{part}" for part in (25, 50, 75))}
"""Names whose option the audit names, and not the data."""
EACH = {"option_rate@A {b}": "A {b}", "level_at_least@A": "A", "option_conversion@A": "A"}
EACH |= {f"tenth_outcome_rate@{place}": f"{place}" for place in range(1, 11)}


@pytest.mark.parametrize("tongue", OTHERS)
def test_a_table_has_every_metric_of_the_registry_and_no_other(tongue: str) -> None:
    told = tomllib.loads((FOLDER / tongue / "metrics.toml").read_text(encoding="utf-8"))
    assert set(told) == set(METRICS)
    for name, words in table(tongue).items():
        assert words.label[0].isupper(), name
        assert words.definition == words.definition.strip().rstrip("."), name
        assert (words.sign == NOT_COMPARED) == (METRICS[name].sign == NOT_COMPARED), name


@pytest.mark.parametrize("tongue", OTHERS)
def test_every_metric_has_another_name(tongue: str) -> None:
    shown = [words.label for words in table(tongue).values()]
    assert len(set(shown)) == len(shown)
    assert {part for name in table(tongue) for part in _parts(tongue, name)} == PARTS
    for name in sorted(PARTS):
        assert label(name, tongue) != label(name.partition("@")[0], tongue)
        assert label(name, tongue) != reading(name).label


@pytest.mark.parametrize("tongue", OTHERS)
@pytest.mark.parametrize(("name", "option"), EACH.items())
def test_an_option_of_the_data_stands_in_the_name(tongue: str, name: str, option: str) -> None:
    assert option in label(name, tongue)
    assert label(name, tongue) != reading(name).label


@pytest.mark.parametrize("tongue", OTHERS)
def test_ids_that_a_definition_names_are_the_registrys(tongue: str) -> None:
    for name, words in table(tongue).items():
        for text in (words.definition, words.sign):
            named = re.findall(r"[a-z]+_[a-z_]+\b", text)
            assert set(named) <= set(METRICS), f"{name}: {named}"


def test_english_is_the_audits_own() -> None:
    for name, known in METRICS.items():
        told = explanation(name, "en")
        assert (told.label, told.definition, told.sign) == (
            reading(name).label,
            known.definition,
            known.sign,
        )
    assert label("option_rate@Premium", "en") == reading("option_rate@Premium").label
    assert label("of_no_registry", "de") == "Of no registry"


def test_the_language_of_the_page_decides(site: Site) -> None:
    assert metric_label("selection_rate") == "Share selected"
    with site.app.test_request_context(headers=GERMAN):
        assert metric_label("selection_rate") == "Anteil ausgewählt"
        assert metric_label("option_rate@Premium") == "„Premium“ erhalten"
        assert metric_label("outcome_rate@0.1-0.2") == "Score 0.1-0.2"
        assert "Brier-Score" in {metric_label(name) for name in METRICS}


def _parts(tongue: str, name: str) -> set[str]:
    return {f"{name}@{part}" for part in table(tongue)[name].parts}
