"""What a bundle says of itself: its files with their digests, and what the audit was made from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from audit.report.model import VERSION, Digests, Report

SCHEMA = "fairlead.bundle/1"
MANIFEST, SIGNATURE = "manifest.json", "signature.json"
_CODE = (".py", ".html", ".css", ".json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One file: its name, its size in bytes, its SHA-256 in hexadecimal."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The files by name, and the audit behind them.

    ``audited_with`` and ``written_with`` are versions of Fairlead; ``code`` is the SHA-256 of the code that
    wrote the bundle.
    """

    stream: str
    digests: Digests
    seed: int
    engine: str
    audited_with: str
    written_with: str
    code: str
    files: tuple[Listed, ...]


def manifest_of(report: Report, files: Mapping[str, bytes]) -> Manifest:
    """The manifest of these files of a report."""
    return Manifest(
        stream=report.stream,
        digests=report.digests,
        seed=report.seed,
        engine=report.engine,
        audited_with=report.version,
        written_with=VERSION,
        code=code_digest(),
        files=tuple(
            Listed(name=name, bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
            for name, content in sorted(files.items())
        ),
    )


def to_json(manifest: Manifest) -> bytes:
    """The manifest as the file that is signed."""
    record = {"schema": SCHEMA, **asdict(manifest)}
    return (json.dumps(record, sort_keys=True, indent=1) + "\n").encode()


def read(content: bytes) -> Manifest | None:
    """The manifest in a file; None where it is none."""
    try:
        record: dict[str, Any] = json.loads(content)
        if record.pop("schema") != SCHEMA:
            return None
        digests, files = Digests(**record.pop("digests")), tuple(Listed(**one) for one in record.pop("files"))
        made = Manifest(**record, digests=digests, files=files)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return made if _typed(made) else None


def _typed(made: Manifest) -> bool:
    """Whether each part is of its kind: whoever can sign could sign anything."""
    told = asdict(made)
    numbers = [told.pop("seed"), *(one.pop("bytes") for one in told["files"])]
    policy = told["digests"].pop("policy")
    texts = [*(part for one in told.pop("files") for part in one.values()), *told.pop("digests").values()]
    return all(type(one) is int for one in numbers) and all(
        _is_text(one) for one in (*texts, *told.values(), policy or "")
    )


def _is_text(one: object) -> bool:
    """Half a character (a lone surrogate) is in no text, and no terminal takes it."""
    return isinstance(one, str) and not any("\ud800" <= sign <= "\udfff" for sign in one)


@cache
def code_digest() -> str:
    """SHA-256 over the code of the audit, file by file in the order of their paths."""
    root, digest = Path(__file__).parents[2], hashlib.sha256()
    for path in sorted(path for path in root.rglob("*") if path.suffix in _CODE):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
