"""docs/reference/api.md and openapi.json, made from the table of operations so that they cannot go stale.

``python -m webapp.api.reference docs/reference`` writes both.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from webapp.api.description import FAILURES, described, model_name
from webapp.api.every import OPERATIONS
from webapp.api.operation import VERSION_PATH, Operation
from webapp.api.reading import LARGEST_BODY
from webapp.api.scopes import BY_ROLE, SCOPES, WORDS

HEAD = f"""# The JSON API

What the pages show, for programs, under `{VERSION_PATH}` of your public address. How to use it, with
examples: [ask the API](../how-to/api.md). The same in a form for machines:
[openapi.json](openapi.json), which every installation also serves at `{VERSION_PATH}/openapi.json`.

- **Token.** Each request brings one: `Authorization: Bearer fairlead_api_...`. In an address it is refused,
  and cookies open nothing. Other sites cannot ask from a browser: there are no CORS headers.
- **Lists** come in parts: `limit` says how many, `next` goes on as `cursor`. A cursor fits only the list,
  the filters and the token that it was made for. What is added meanwhile shifts nothing.
- **Unchanged?** Most answers bring an `ETag`. Send it as `If-None-Match`, and 304 says that nothing has
  changed. An audit never changes.
- **Limit.** A token may send `FAIRLEAD_API_REQUESTS_PER_MINUTE` requests in a minute, to all processes
  together. After that comes 429, and `Retry-After` says how many seconds to wait.
- **Special categories.** What is about them is left out without the scope `read:special`; `withheld` counts
  it.
- **Record ids** stand in bodies only, never in an address, an answer or a log.
- A body has at most {LARGEST_BODY // 1024} KiB of JSON. What the description does not name is refused.

Moments are ISO 8601 in UTC. Numbers are never NaN; where there is no value, it is null with a reason.
"""


def markdown() -> str:
    """The reference page."""
    return "\n".join([HEAD, _scopes(), _problems(), *_operations(), *_models()])


def text() -> str:
    """The description as a file."""
    return json.dumps(described(), indent=1, ensure_ascii=False) + "\n"


def _scopes() -> str:
    rows = [
        f"| `{one}` | {', '.join(role for role, may in BY_ROLE.items() if one in may)} | {WORDS[one]} |"
        for one in SCOPES
    ]
    head = ["| scope | for tokens of | what it opens |", "|---|---|---|"]
    return "\n".join(["## Scopes\n", *head, *rows, ""])


def _problems() -> str:
    head = (
        "Where there is no answer, the body is `application/problem+json` (RFC 9457) with one sentence in "
        "`detail`.\n"
    )
    rows = (f"| {status} | {words} |" for status, words in FAILURES.items())
    return "\n".join(["## Problems\n", head, "| status | what it means |", "|---|---|", *rows, ""])


def _operations() -> Iterator[str]:
    tag = ""
    for one in OPERATIONS:
        if one.tag != tag:
            tag = one.tag
            yield f"## {tag}\n"
        yield _operation(one)


def _operation(one: Operation) -> str:
    answer = f"`{model_name(one.answers)}`" if isinstance(one.answers, type) else f"a file ({one.mime})"
    scope = f"`{one.scope}`" if one.scope else "any token"
    lines = [f"### `{one.method} {one.path}`\n", f"{one.summary}. {one.words}".strip()]
    lines += [f"\nScope: {scope}. Answers {answer}.{_sends(one)}"]
    asked = described()["paths"][one.path][one.method.lower()]["parameters"]
    rows = [
        _row(item["name"], item["schema"], item.get("description", ""))
        for item in asked
        if item["in"] == "query"
    ]
    return "\n".join([*lines, "", *_table("parameter", rows)])


def _sends(one: Operation) -> str:
    return f" The body is `{model_name(one.asks)}`." if one.method == "POST" else ""


def _models() -> Iterator[str]:
    yield "## What is sent and answered\n"
    for name, schema in described()["components"]["schemas"].items():
        rows = [
            _row(field, value, value.get("description", ""))
            for field, value in schema.get("properties", {}).items()
        ]
        yield "\n".join([f"### `{name}`\n", schema.get("description", ""), "", *_table("field", rows)])


def _table(first: str, rows: list[str]) -> list[str]:
    return [f"| {first} | type | meaning |", "|---|---|---|", *rows, ""] if rows else []


def _row(name: str, schema: dict[str, Any], words: str) -> str:
    return f"| `{name}` | {_type(schema)} | {words} |"


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return f"`{schema['$ref'].rpartition('/')[2]}`"
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{one}`" for one in schema.get("enum", [schema.get("const")]))
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}" if "items" in schema else "list"
    return str(schema.get("format") or schema.get("type", "any"))


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    (folder / "api.md").write_text(markdown(), encoding="utf-8")
    (folder / "openapi.json").write_text(text(), encoding="utf-8")
