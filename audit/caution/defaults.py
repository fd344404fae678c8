"""Values that look like a form's default and are not listed as missing."""

from __future__ import annotations

from collections.abc import Iterator

from audit.finding import Caution, evidence
from audit.finding.words import count, percent, quoted
from audit.intake import Intake


def unlisted_defaults(intake: Intake) -> Iterator[Caution]:
    """One for each value of an attribute or a control that looks like no answer."""
    for one in intake.defaults:
        yield Caution(
            code="form_default",
            text=(
                f"{quoted(one.value)} is the value of {quoted(one.role)} for {count(one.count)}"
                f" ({percent(one.share)}) and looks like a form's default, not an answer. If it is, add it to"
                " missing in [stream]."
            ),
            evidence=evidence(field=one.role, value=one.value, leads=one.count, share=one.share),
        )
