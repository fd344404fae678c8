"""What the demo's two orgs hold: the generated story, or the rows of a file.

Rows are dealt out in turn: the first, third, fifth to Salesforce, the second, fourth, sixth to
HubSpot. Every row is in exactly one org, and both halves look alike where a file is ordered by time.
"""

from __future__ import annotations

import pyarrow as pa

from audit.schema import Stream
from connectors.sandbox.fields import OrgContents
from connectors.sandbox.file_columns import with_score
from connectors.sandbox.fill_file import file_contents
from connectors.sandbox.fill_hubspot import HUBSPOT
from connectors.sandbox.fill_salesforce import SALESFORCE
from connectors.sandbox.fill_story import story_contents
from connectors.sandbox.story import Story


def contents_for_story(story: Story) -> tuple[OrgContents, OrgContents]:
    """The story for Salesforce and for HubSpot."""
    first, second = halves(story.table)
    return story_contents(SALESFORCE, first), story_contents(HUBSPOT, second)


def contents_for_file(table: pa.Table, stream: Stream, seed: int) -> tuple[OrgContents, OrgContents]:
    """A file's rows for Salesforce and for HubSpot.

    A score is trained where the stream names neither a score nor a decision (``cross_fit_score``).

    Raises
    ------
    BadInput
        A column that the stream names is missing, holds a third value where yes or no is expected,
        or is named like an identifier; or no score can be trained.
    """
    scored, fitted = with_score(table, stream, seed)
    first, second = halves(scored)
    return file_contents(SALESFORCE, first, fitted, seed), file_contents(HUBSPOT, second, fitted, seed + 1)


def halves(table: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Every other row, from the first and from the second."""
    first, second = (pa.array(range(start, table.num_rows, 2), pa.int64()) for start in (0, 1))
    return table.take(first), table.take(second)
