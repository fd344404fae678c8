"""A pack in its three forms: a page, Markdown, and JSON (schema ``fairlead.pack/1``)."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from audit.report.packs.model import NO_ADVICE, Pack, Provision, Standing
from audit.report.paper import Item, Paper, Section, to_html, to_markdown

SCHEMA = "fairlead.pack/1"
WORDS: dict[Standing, str] = {
    "shown": "Shown by the report",
    "partly": "Shown in part",
    "missing": "Not in the report",
}


def pack_html(pack: Pack) -> str:
    """The pack as a page of its own."""
    return to_html(paper(pack))


def pack_markdown(pack: Pack) -> str:
    """The pack as Markdown."""
    return to_markdown(paper(pack))


def pack_json(pack: Pack) -> str:
    """The pack for programs; the same pack gives the same bytes."""
    record: dict[str, Any] = {"schema": SCHEMA, "notice": NO_ADVICE, **asdict(pack)}
    for told, one in zip(record["provisions"], pack.provisions, strict=True):
        told["standing"] = one.standing
    return json.dumps(record, sort_keys=True, ensure_ascii=False, indent=1) + "\n"


def paper(pack: Pack) -> Paper:
    """The pack as sections: what it is, each provision, the tables."""
    return Paper(
        title=pack.title,
        lead=(NO_ADVICE,),
        sections=(_about(pack), *map(_provision, pack.provisions), *_tables(pack)),
        stamp=pack.stamp,
        close=f"{NO_ADVICE} Written by the law as known in {pack.as_of}.",
    )


def _about(pack: Pack) -> Section:
    found = [one.standing for one in pack.provisions]
    return Section(
        heading="Which rule this answers",
        text=(pack.applies,),
        items=(
            Item(term="Rule", text=pack.rule),
            Item(term="Sources", text="; ".join(pack.sources)),
            *(Item(term=words, text=f"{found.count(name)} of {len(found)}") for name, words in WORDS.items()),
        ),
    )


def _provision(one: Provision) -> Section:
    return Section(
        heading=one.article,
        mark=WORDS[one.standing],
        text=(one.asks,),
        items=tuple(Item(term=f"Missing, from {need.who}", text=need.what) for need in one.needs),
        points=one.evidence,
    )


def _tables(pack: Pack) -> tuple[Section, ...]:
    return (Section(heading="Tables", tables=pack.tables),) if pack.tables else ()
