"""Groups that are probably one, written in two ways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from unicodedata import normalize

import pyarrow as pa

from audit.finding import Caution, evidence
from audit.finding.words import count, listed, quoted
from audit.schema import Stream

SHOWN = 3


def spelled_differently(table: pa.Table, stream: Stream) -> Iterator[Caution]:
    """Per attribute and control: groups whose names differ in capitals or spaces only.

    They are not merged, since nobody but the admin knows; but one group in two parts hides its gap.
    """
    roles = [("attribute", one.name) for one in stream.attributes]
    roles += [("control", name) for name in stream.controls]
    for role, name in roles:
        column = f"{role}:{name}"
        if column in table.column_names:
            tallied = table.column(column).value_counts()
            sizes = {one["values"].as_py(): one["counts"].as_py() for one in tallied}
            yield from _told(name, sizes)


def _told(name: str, sizes: Mapping[str, int]) -> Iterator[Caution]:
    alike: dict[str, list[str]] = {}
    for group in sorted(sizes):
        alike.setdefault(_plain(group), []).append(group)
    several = [groups for groups in alike.values() if len(groups) > 1]
    several.sort(key=lambda groups: -sum(sizes[group] for group in groups))
    if not several:
        return
    leads = sum(sizes[group] for groups in several for group in groups)
    named = [listed(tuple(map(quoted, groups[:SHOWN]))) for groups in several[:SHOWN]]
    more = f" and {len(several) - SHOWN:,} more" if len(several) > SHOWN else ""
    yield Caution(
        code="spelling_variants",
        text=(
            f"In {quoted(name)}, {'; '.join(named)}{more} differ only in capitals or spaces and count as"
            f" different groups ({count(leads)}). If they mean the same, write them alike in the CRM: a group"
            " in parts hides its gap."
        ),
        evidence=evidence(field=name, groups=sum(map(len, several)), meant=len(several), leads=leads),
    )


def _plain(group: str) -> str:
    return " ".join(normalize("NFKC", group).casefold().split())
