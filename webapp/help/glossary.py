"""The glossary: every word of the field that a page uses, in one plain sentence or two, with its source.

A metric is defined once, in the registry of the audit (`audit.registry`): its term here is made from
that. All other words stand in ``glossary.toml`` beside this module.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from audit.finding.words import capitalized
from audit.registry import METRICS, Metric
from webapp.viewmodels.words import metric_label

FILE = Path(__file__).with_name("glossary.toml")
_GAP = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One word: its name as a person reads it, other names for it, what it means, and who says so.

    ``metric`` is the id in the registry where the word is a metric, else "". ``common`` words are so
    plain that a page may use them without explaining them each time.
    """

    name: str
    also: tuple[str, ...]
    sentence: str
    source: str
    metric: str = ""
    common: bool = False

    @property
    def slug(self) -> str:
        """The word as part of an address: ``k-anonymity``."""
        return slug(self.name)

    @property
    def synonyms(self) -> tuple[str, ...]:
        """The other names that are words of their own; a plural or another form of the name is none."""
        start, others = self.name.lower()[:3], set(self.also)
        forms = {
            one for one in others if one.lower().startswith(start) or one.removesuffix("s") in others - {one}
        }
        return tuple(one for one in self.also if one not in forms)


def slug(name: str) -> str:
    """A name in lower case, with one hyphen in place of whatever is neither letter nor digit."""
    return _GAP.sub("-", name.lower()).strip("-")


@cache
def own_terms() -> tuple[Term, ...]:
    """The words of ``glossary.toml``, by name."""
    found = tomllib.loads(FILE.read_text(encoding="utf-8"))["term"]
    terms = (Term(**{**one, "also": tuple(one.get("also", ()))}) for one in found)
    return tuple(sorted(terms, key=lambda term: term.name.casefold()))


@cache
def metric_terms() -> tuple[Term, ...]:
    """The metrics of the registry as words, by the name that the pages use."""
    return tuple(sorted(map(_of_metric, METRICS.values()), key=lambda term: term.name.casefold()))


def find(name: str) -> Term | None:
    """The term with this name, other name, or slug; letter case does not count."""
    return _by_name().get(slug(name))


@cache
def _by_name() -> Mapping[str, Term]:
    named = {slug(name): term for name, term in _names(metric_terms())}
    return MappingProxyType(named | {slug(name): term for name, term in _names(own_terms())})


def _names(terms: tuple[Term, ...]) -> Iterator[tuple[str, Term]]:
    for term in terms:
        yield from ((name, term) for name in (*term.also, term.name))


def _of_metric(metric: Metric) -> Term:
    """A metric's definition and sign in the registry's own words."""
    sign = "" if metric.sign == "not compared" else f" {capitalized(metric.sign)}."
    return Term(
        name=metric_label(metric.id),
        also=(metric.id.replace("_", " "),),
        sentence=f"{capitalized(metric.definition)}.{sign}",
        source=metric.source,
        metric=metric.id,
    )
