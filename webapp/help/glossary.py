"""The glossary: every word of the field that a page uses, in one plain sentence or two, with its source.

A metric is defined once, in the registry of the audit (`audit.registry`): its term here is made from
that. All other words stand in ``glossary.toml`` beside this module. Other languages have their words in
``glossary.toml`` of their translations, by the slug of the English word; what is missing there is English.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from unicodedata import normalize

from audit.finding.words import capitalized
from audit.registry import METRICS, Metric
from webapp.language import ENGLISH
from webapp.translations import metrics
from webapp.translations.catalogue import FOLDER

FILE = Path(__file__).with_name("glossary.toml")
_GAP = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One word: its name as a person reads it, other names for it, what it means, and who says so.

    ``metric`` is the id in the registry where the word is a metric, else "". ``common`` words are so
    plain that a page may use them without explaining them each time. ``slug`` is the English word as part
    of an address: ``k-anonymity``; it is the same in every language.
    """

    name: str
    also: tuple[str, ...]
    sentence: str
    source: str
    slug: str
    metric: str = ""
    common: bool = False
    language: str = ENGLISH

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
def own_terms(language: str = ENGLISH) -> tuple[Term, ...]:
    """The words of ``glossary.toml``, by name."""
    told = _translated(language)
    return _sorted(_in(language, term, told.get(term.slug)) for term in _english())


@cache
def metric_terms(language: str = ENGLISH) -> tuple[Term, ...]:
    """The metrics of the registry as words, by the name that the pages use."""
    return _sorted(_of_metric(metric, language) for metric in METRICS.values())


def find(name: str, language: str = ENGLISH) -> Term | None:
    """The term with this name, other name, or slug; letter case does not count.

    An English name finds its term in every language, a name of the language itself only in that.
    """
    return _by_name(language).get(slug(name))


@cache
def _by_name(language: str) -> Mapping[str, Term]:
    terms = (*metric_terms(language), *own_terms(language))
    named = {slug(name): term for name, term in _names(terms)}
    here = {term.slug: term for term in terms}
    english = _names((*metric_terms(), *own_terms()))
    return MappingProxyType(named | {slug(name): here[term.slug] for name, term in english})


def _names(terms: Iterable[Term]) -> Iterator[tuple[str, Term]]:
    for term in terms:
        yield from ((name, term) for name in (*term.also, term.name))


@cache
def _english() -> tuple[Term, ...]:
    found = tomllib.loads(FILE.read_text(encoding="utf-8"))["term"]
    return tuple(
        Term(**{**one, "also": tuple(one.get("also", ())), "slug": slug(one["name"])}) for one in found
    )


def _translated(language: str) -> Mapping[str, Mapping[str, Any]]:
    path = FOLDER / language / "glossary.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _in(language: str, term: Term, told: Mapping[str, Any] | None) -> Term:
    """A term with what a language says of it; as it is where that is nothing."""
    if told is None:
        return term
    return replace(term, **{**told, "also": tuple(told.get("also", ())), "language": language})


def _sorted(terms: Iterable[Term]) -> tuple[Term, ...]:
    """By name; a letter with dots stands with the one without."""
    return tuple(sorted(terms, key=lambda term: normalize("NFKD", term.name).casefold()))


def _of_metric(metric: Metric, language: str) -> Term:
    """A metric's definition and sign, in the registry's own words or their translation."""
    words = metrics.explanation(metric.id, language)
    sign = "" if words.sign == metrics.NOT_COMPARED else f" {capitalized(words.sign)}."
    return Term(
        name=words.label,
        also=(metric.id.replace("_", " "),),
        sentence=f"{capitalized(words.definition)}.{sign}",
        source=metric.source,
        slug=slug(metrics.label(metric.id, ENGLISH)),
        metric=metric.id,
        language=language if metric.id in metrics.table(language) else ENGLISH,
    )
