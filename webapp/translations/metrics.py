"""Names and explanations of metrics by language: English is the audit's own, others have a table by id.

The audit knows of no language, and its English is evidence that is compared to the byte. So what the pages
say of a metric in another language stands beside the catalogues, in ``metrics.toml`` of that language.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from audit.finding.reading import reading
from audit.finding.words import plain
from audit.registry import METRICS, metric
from webapp.translations.catalogue import FOLDER

NOT_COMPARED = "not compared"
"""The registry's sign of a metric of which no difference is made; the same in every language."""
PLACE = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricWords:
    """One metric in a language: its name, its definition, and what a positive difference means.

    ``each`` is the name for one of the options that the data name, ``{}`` being the option, and ``parts`` are
    the names for those that the audit names.
    """

    label: str
    definition: str
    sign: str = NOT_COMPARED
    each: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)


def label(name: str, language: str) -> str:
    """The name of a metric for people, such as that of ``queue_rate@tenth``."""
    of, _, option = name.partition("@")
    found = table(language).get(of)
    if found is None:
        return reading(name).label
    if not option:
        return found.label
    return found.parts.get(option) or (found.each or found.label).replace(PLACE, plain(option))


def explanation(name: str, language: str) -> MetricWords:
    """What the registry says of a metric, by its id without an option.

    Raises
    ------
    KeyError
        The registry has no such metric.
    """
    what = metric(name)
    own = MetricWords(label=reading(name).label, definition=what.definition, sign=what.sign)
    return table(language).get(name, own)


@cache
def table(language: str) -> Mapping[str, MetricWords]:
    """What a language says of the metrics of the registry; empty where it has no table, as in English."""
    path = FOLDER / language / "metrics.toml"
    if not path.is_file():
        return MappingProxyType({})
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    return MappingProxyType({name: MetricWords(**words) for name, words in found.items() if name in METRICS})
