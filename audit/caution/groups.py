"""Groups that are unknown, too small, or alone."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from audit.finding import Caution, evidence
from audit.finding.words import count, percent, quoted
from audit.schema import Stream

UNKNOWN = "unknown"


def thin_groups(table: pa.Table, stream: Stream) -> Iterator[Caution]:
    """Per attribute: missing values, groups under ``minimum_group``, and nothing to compare."""
    for attribute in stream.attributes:
        tallied = table.column(f"attribute:{attribute.name}").value_counts()
        sizes = {one["values"].as_py(): one["counts"].as_py() for one in tallied}
        unknown = sizes.pop(UNKNOWN, 0)
        if unknown:
            yield _unknown(attribute.name, unknown, table.num_rows)
        if len(sizes) < 2:
            yield _alone(attribute.name, tuple(sizes))
            continue
        small = [n for n in sizes.values() if n < stream.audit.minimum_group]
        if small:
            yield _sparse(attribute.name, small, len(sizes), stream.audit.minimum_group)


def _unknown(attribute: str, n: int, total: int) -> Caution:
    return Caution(
        code="unknown_share",
        text=(
            f"{quoted(attribute)} is not known for {count(n)} ({percent(n / total)}). They are counted as"
            " a group of their own; the other groups may look different with them."
        ),
        evidence=evidence(attribute=attribute, leads=n, share=n / total),
    )


def _alone(attribute: str, names: tuple[str, ...]) -> Caution:
    only = f"only one group ('{names[0]}')" if names else "no known group"
    return Caution(
        code="single_group",
        text=f"{quoted(attribute)} has {only}: there is nothing to compare.",
        evidence=evidence(attribute=attribute, groups=len(names)),
    )


def _sparse(attribute: str, small: list[int], groups: int, minimum: int) -> Caution:
    have = "has" if len(small) == 1 else "have"
    return Caution(
        code="sparse",
        text=(
            f"{len(small)} of {count(groups, 'group')} of {attribute} {have} fewer"
            f" than {count(minimum)} and cannot be judged ({count(sum(small))} together)."
        ),
        evidence=evidence(attribute=attribute, groups=len(small), leads=sum(small), minimum=minimum),
    )
