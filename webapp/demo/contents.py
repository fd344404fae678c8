"""What the demo's two stand-in orgs hold: a generated story, or the rows of a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from connectors.files.table import FileTable
from connectors.sandbox.fields import OrgContents
from webapp.cli.toml_file import read_toml

NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """One demo's leads, split over both CRMs. ``digest`` tells two demos apart."""

    salesforce: OrgContents
    hubspot: OrgContents
    digest: str
    note: str


def generated(leads: int, seed: int) -> Contents:
    """The story of the small-town leads (docs/explanation/story.md)."""
    from connectors.sandbox.fill import contents_for_story  # noqa: PLC0415 - scikit-learn is slow to import
    from connectors.sandbox.story import story  # noqa: PLC0415

    salesforce, hubspot = contents_for_story(story(leads, seed))
    return Contents(
        salesforce=salesforce,
        hubspot=hubspot,
        digest=_digest(f"story {leads} {seed}", salesforce, hubspot),
        note=f"{leads:,} generated leads (seed {seed})",
    )


def from_file(path: Path, stream_path: Path, seed: int) -> Contents:
    """Every row of a file, every other one in each CRM; a score is trained where the stream names none.

    Raises
    ------
    BadInput
        The file or the stream cannot be used; the sentence says what to mend.
    """
    from audit.intake.text import reduce_texts  # noqa: PLC0415 - the same
    from connectors.files.reading import read_table  # noqa: PLC0415 - pyarrow's readers are slow to import
    from connectors.sandbox.fill import contents_for_file  # noqa: PLC0415

    stream = read_toml(stream_path, "stream").stream(score_required=False)
    file = read_table(path)
    # The stand-ins hold what the policy would let through: of a text only its numbers.
    reduced = reduce_texts(file.table, stream)
    stream = replace(stream, text=())
    salesforce, hubspot = contents_for_file(reduced.table, stream, seed)
    trained = "" if stream.score or stream.decision else ", scored by a model trained here (cross-fitting)"
    return Contents(
        salesforce=salesforce,
        hubspot=hubspot,
        digest=_digest(f"file {path.resolve()} {seed}", salesforce, hubspot),
        note=f"{file.table.num_rows:,} leads from {path.name}{trained}{_left_out(file)}",
    )


def _left_out(file: FileTable) -> str:
    """What the file holds that became no lead, and how it was read."""
    lines = ", ".join(f"{place:,}" for place in file.place(file.ragged[:NAMED]))
    more = ", ..." if len(file.ragged) > NAMED else ""
    unit = file.unit if len(file.ragged) == 1 else f"{file.unit}s"
    odd = f" {len(file.ragged):,} of its rows have a wrong number of columns ({unit} {lines}{more})."
    return "".join([".", odd if file.ragged else "", *(f" {note}" for note in file.notes)]).removesuffix(".")


def _digest(what: str, *orgs: OrgContents) -> str:
    whole = sha256(what.encode())
    for org in orgs:
        whole.update(repr((org.policy, org.stream, org.records)).encode())
    return whole.hexdigest()
