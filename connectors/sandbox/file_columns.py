"""The columns of a file as fields of an org: names, types, and which of them the policy reads."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from audit.schema import Attribute, BadInput, Stream
from connectors.policy.apply import RESERVED_COLUMNS
from connectors.policy.band import Band
from connectors.policy.coarsen import Coarsen
from connectors.policy.identifying import is_identifying, refuse_if_identifying
from connectors.policy.keep import Keep
from connectors.policy.model import Operator, Rule
from connectors.sandbox.fields import FieldSpec, Value
from connectors.sandbox.filling import Column, Crm
from connectors.sandbox.score import cross_fit_score
from connectors.sandbox.texts import column_texts, require_columns

SCORE = "lead_score"
LONGEST_TEXT = 255
# A text that differs on nearly every row groups nobody: the audit leaves it out, so it is not read.
SHARE_OF_A_KEY = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class FileColumns:
    """The fields of the org, and the stream that fits what the policy makes of them."""

    columns: tuple[Column, ...]
    stream: Stream


def with_score(table: pa.Table, stream: Stream, seed: int) -> tuple[pa.Table, Stream]:
    """The table and stream with a trained score, where the stream names neither score nor decision."""
    if stream.score is not None or stream.decision is not None:
        return table, stream
    made = cross_fit_score(table, stream, seed)
    name = _unused(SCORE, table.column_names)
    scored = stream if stream.higher_is_better else replace(stream, higher_is_better=True)
    scored = replace(scored, score=name, threshold=made.threshold, score_range=(0.0, 100.0))
    return table.append_column(name, pa.array([f"{value:.2f}" for value in made.score])), scored


def file_columns(crm: Crm, table: pa.Table, stream: Stream) -> FileColumns:
    """Every column but the key and the outcome becomes a custom field.

    The policy reads those that play a role or are a feature. Banded attributes are banded by the
    policy, dates become days, everything else is kept.

    Raises
    ------
    BadInput
        A column of the stream is not in the table, or a column has a name that the lake needs.
    """
    require_columns(table, _named(stream))
    attributes = _attribute_columns(table, stream)
    reads = _Reads(stream=stream, attributes=attributes, features=_features(table, stream))
    names = [name for name in table.column_names if name not in {stream.key, stream.outcome}]
    fields = _field_names(crm, names)
    columns = tuple(_column(fields[name], name, _texts(table, name, stream), reads) for name in names)
    _refuse_reserved(columns)
    return FileColumns(columns=columns, stream=_pulled_stream(stream, reads))


def _named(stream: Stream) -> Iterator[str]:
    roles = (stream.score, stream.decision, stream.outcome, stream.created, stream.worked)
    yield from filter(None, roles)
    yield from stream.treatment
    yield from (attribute.column for attribute in stream.attributes)
    yield from (*stream.controls, *(stream.features or ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reads:
    """What the policy reads: attributes under their new columns, and the features."""

    stream: Stream
    attributes: Mapping[str, Attribute]
    features: tuple[str, ...]

    def rules(self, field: str, name: str) -> Iterator[Rule]:
        """The rules that read one column of the file."""
        stream = self.stream
        for column, attribute in self.attributes.items():
            if attribute.column == name:
                # Whoever wrote the stream says that these are groups, however long their names.
                operator = Band(bands=attribute.bands) if attribute.bands else Keep(checked=True)
                yield _rule(field, name, operator, column)
        kept = {stream.score, stream.decision, stream.worked, *stream.treatment, *stream.controls}
        if name in {stream.created, stream.contacted}:
            yield _rule(field, name, Coarsen(by="day"), name)
        elif name in {*kept, *self.features}:
            yield _rule(field, name, Keep(), name)

    def type(self, name: str, texts: Sequence[str | None]) -> str:
        """Numbers where only the number counts: as groups, "7" and "7.0" are two."""
        as_group = {a.column for a in self.attributes.values() if not a.bands} | set(self.stream.controls)
        other = {self.stream.worked, self.stream.decision, self.stream.created, self.stream.contacted}
        return "text" if name in as_group | other or not _all_numbers(texts) else "number"


def _rule(field: str, name: str, operator: Operator, column: str) -> Rule:
    """A rule for a column of the file, whose own name is checked too: its field may be called otherwise."""
    refuse_if_identifying(name, operator.name)
    return Rule(field=field, operator=operator, column=column)


def _attribute_columns(table: pa.Table, stream: Stream) -> dict[str, Attribute]:
    """The policy's column of each attribute; two attributes may come from one column of the file."""
    elsewhere = {name for name in table.column_names if name not in {a.column for a in stream.attributes}}
    taken = elsewhere | set(stream.controls)
    found: dict[str, Attribute] = {}
    for attribute in stream.attributes:
        found[_unused(attribute.name, taken | found.keys())] = attribute
    return found


def _features(table: pa.Table, stream: Stream) -> tuple[str, ...]:
    roles = {stream.key, stream.score, stream.decision, stream.outcome, stream.created, stream.worked}
    taken = {
        *roles,
        *stream.treatment,
        *stream.controls,
        *(attribute.column for attribute in stream.attributes),
    }
    if stream.features is not None:
        return tuple(name for name in stream.features if name not in taken)
    free = [name for name in table.column_names if name not in taken and not is_identifying(name)]
    return tuple(name for name in free if not _is_key(_texts(table, name, stream)))


def _is_key(texts: Sequence[str | None]) -> bool:
    present = [text for text in texts if text is not None]
    return (
        len(present) >= 20 and len(set(present)) > SHARE_OF_A_KEY * len(present) and not _all_numbers(texts)
    )


def _column(field: str, name: str, texts: Sequence[str | None], reads: _Reads) -> Column:
    kind = reads.type(name, texts)
    rules = tuple(reads.rules(field, name))
    is_date = name in {reads.stream.created, reads.stream.contacted}
    if rules and not is_date:
        _refuse_too_long(name, texts)
    return Column(
        spec=FieldSpec(name=field, label=name[:40], type=kind),
        values=_values(texts, kind, is_date=is_date),
        rules=rules,
    )


def _refuse_too_long(name: str, texts: Sequence[str | None]) -> None:
    """Cut texts that are alike would make one group of two."""
    different = {text for text in texts if text is not None}
    if len({text[:LONGEST_TEXT] for text in different}) < len(different):
        msg = (
            f"column {name!r} holds texts that differ only after {LONGEST_TEXT} characters, which is all "
            "that a field of the CRM takes: shorten them"
        )
        raise BadInput(msg)


def _values(texts: Sequence[str | None], kind: str, *, is_date: bool) -> tuple[Value, ...]:
    if kind == "number":
        return tuple(None if text is None else float(text) for text in texts)
    # The day as it is written, whatever offset stands behind it.
    longest = 10 if is_date else LONGEST_TEXT
    return tuple(None if text is None else text[:longest] for text in texts)


def _texts(table: pa.Table, name: str, stream: Stream) -> list[str | None]:
    """The texts of a column; what the stream calls missing is an empty field in the CRM."""
    missing = {token.strip().lower() for token in stream.missing}
    return [None if text is None or text.lower() in missing else text for text in column_texts(table, name)]


def _all_numbers(texts: Sequence[str | None]) -> bool:
    present = [text for text in texts if text is not None]
    return bool(present) and all(_is_number(text) for text in present)


def _is_number(text: str) -> bool:
    is_code = text[:1] == "0" and text[1:2].isdigit()
    try:
        return not is_code and "_" not in text and math.isfinite(float(text))
    except ValueError:
        return False


def _field_names(crm: Crm, names: Sequence[str]) -> dict[str, str]:
    """A field for each column: no two alike, none that the org has already or that is taken for an id."""
    found: dict[str, str] = {}
    taken = set(crm.taken)
    for name in names:
        found[name] = next(field for field in _candidates(crm, name) if _fits(field, name, taken))
        taken.add(found[name].lower())
    return found


def _candidates(crm: Crm, name: str) -> Iterator[str]:
    """The field of the name; of the name behind a number, which a shortened name keeps; of numbers."""
    yield crm.custom_name(name)
    yield from (crm.custom_name(f"x{number} {name}") for number in range(2, 10))
    yield from (crm.custom_name(f"column {number}") for number in itertools.count(1))


def _fits(field: str, name: str, taken: Collection[str]) -> bool:
    # A long name that is cut may end in a word such as "id", which the policy would refuse.
    return field.lower() not in taken and (is_identifying(name) or not is_identifying(field))


def _refuse_reserved(columns: Sequence[Column]) -> None:
    for rule in (rule for column in columns for rule in column.rules):
        if rule.column in RESERVED_COLUMNS:
            msg = f"column {rule.column!r} has a name that Fairlead needs for itself: rename it in the file"
            raise BadInput(msg)


def _pulled_stream(stream: Stream, reads: _Reads) -> Stream:
    attributes = tuple(
        replace(attribute, column=column, bands=()) for column, attribute in reads.attributes.items()
    )
    return replace(stream, key="lead_key", attributes=attributes, features=reads.features)


def _unused(name: str, taken: Collection[str]) -> str:
    while name in taken:
        name = f"{name}_"
    return name
