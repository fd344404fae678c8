"""All that an audit says, in a form that can be kept and compared: numbers, sentences, page, flags."""

from __future__ import annotations

import gzip
import json
import re
from html.parser import HTMLParser
from pathlib import Path

from audit.intake import admit
from audit.report import to_html, to_json
from audit.rows.flag import flags
from audit.run import AuditRequest, audit
from audit.schema import parse_stream
from tests.approved.leads import STREAMS, leads

FOLDER = Path(__file__).resolve().parent
KEPT = tuple(STREAMS)
_UNSETTLED = frozenset({"version", "digests"})
"""What changes with each release, or with every byte of a report."""


def told(kind: str) -> dict[str, object]:
    """The report, the lines of its page and the flags of its leads."""
    stream = parse_stream(STREAMS[kind])
    intake = admit(leads(), stream)
    report = audit(intake, stream, AuditRequest(seed=4))
    numbers = {key: value for key, value in json.loads(to_json(report)).items() if key not in _UNSETTLED}
    said = [_flag(one) for one in flags(intake.table, stream, report)]
    return {"report": numbers, "page": _lines(to_html(report)), "flags": said}


def path(kind: str) -> Path:
    """Where what was approved of one kind is kept."""
    return FOLDER / f"{kind}.json.gz"


def keep(kind: str, made: dict[str, object]) -> None:
    """Write down what is approved; packed, for it is long: the test tells a change place by place."""
    text = json.dumps(_short(made), ensure_ascii=False, separators=(",", ":"))
    path(kind).write_bytes(gzip.compress(text.encode(), mtime=0))


def kept(kind: str) -> dict[str, object]:
    """What was approved."""
    found: dict[str, object] = json.loads(gzip.decompress(path(kind).read_bytes()))
    return found


def _short(value: object) -> object:
    """Numbers with the digits that are compared."""
    if isinstance(value, dict):
        return {key: _short(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_short(one) for one in value]
    return float(f"{value:.8g}") if isinstance(value, float) else value


def _flag(one: object) -> list[object]:
    return [
        getattr(one, name) for name in ("status", "reason", "explanation", "advice", "direction", "shift")
    ]


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent = tag in {"style", "script"}
        self.lines += [value for name, value in attrs if name in {"aria-label", "title", "d"} and value]

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the name is the base class's
        self._silent = False

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if words and not self._silent:
            self.lines.append(words)


def _lines(page: str) -> list[str]:
    """The words of the page, without digests and the version."""
    reader = _Words()
    reader.feed(page)
    return [line for line in reader.lines if not re.search(r"[0-9a-f]{64}|Fairlead \d", line)]
