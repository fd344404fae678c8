"""A stream file from disk."""

from __future__ import annotations

from pathlib import Path

from audit.schema import BadInput, Stream, parse_stream


def load_stream(path: Path, *, score_required: bool = True) -> Stream:
    """The stream in a TOML file; BadInput where it cannot be read or is not valid."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        msg = f"{path}: there is no such stream file; check the name and the folder"
    except UnicodeDecodeError:
        msg = f"{path}: the stream file is not UTF-8 text; save it as UTF-8"
    except (OSError, ValueError):
        msg = f"{path}: the stream file cannot be read; name a TOML file that you may read"
    else:
        return parse_stream(text, path.name, score_required=score_required)
    raise BadInput(msg)
