"""A TOML file that a command names, read once, with the digest of what was read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from audit.schema import BadInput, Stream, parse_stream
from connectors.policy.model import Policy
from connectors.policy.parse import parse_policy


@dataclass(frozen=True, slots=True, kw_only=True)
class TomlFile:
    """The text of a file, and the SHA-256 of its bytes in hexadecimal."""

    name: str
    text: str
    digest: str

    def stream(self, *, score_required: bool = True) -> Stream:
        """The stream that the text describes; BadInput where it is not valid."""
        return parse_stream(self.text, self.name, score_required=score_required)

    def policy(self) -> Policy:
        """The policy that the text describes; BadInput where it is not valid."""
        return parse_policy(self.text, self.name)


def read_toml(path: Path, kind: Literal["stream", "policy"]) -> TomlFile:
    """Read a file in one go; BadInput where it cannot be read or is not text."""
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except FileNotFoundError:
        msg = f"{path}: there is no such {kind} file; check the name and the folder"
    except UnicodeDecodeError:
        msg = f"{path}: the {kind} file is not UTF-8 text; save it as UTF-8"
    except (OSError, ValueError):
        msg = f"{path}: the {kind} file cannot be read; name a TOML file that you may read"
    else:
        return TomlFile(name=path.name, text=text, digest=hashlib.sha256(content).hexdigest())
    raise BadInput(msg)
