"""Which types a file may bring to life: a short list of well-known ones, and those that are vouched for."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

from audit.schema import BadInput

KNOWN_MODULES = (
    "sklearn.pipeline",
    "sklearn.compose",
    "sklearn.preprocessing",
    "sklearn.impute",
    "sklearn.feature_selection",
    "sklearn.decomposition",
    "sklearn.discriminant_analysis",
    "sklearn.linear_model",
    "sklearn.naive_bayes",
    "sklearn.neighbors",
    "sklearn.neural_network",
    "sklearn.svm",
    "sklearn.tree",
    "sklearn.ensemble",
    "sklearn.calibration",
    "sklearn.isotonic",
    "sklearn.dummy",
    "sklearn._loss",
    "numpy",
    "scipy.sparse",
    "scipy.special",
)
"""Of these modules, the types that skops itself takes for harmless. None of them reads or writes files."""
KNOWN_TYPES = frozenset(
    {
        "builtins.bool",
        "builtins.bytes",
        "builtins.dict",
        "builtins.float",
        "builtins.int",
        "builtins.list",
        "builtins.set",
        "builtins.slice",
        "builtins.str",
        "builtins.tuple",
        "builtins.NoneType",
        "collections.OrderedDict",
        "collections.defaultdict",
        "numpy.dtype",
    }
)
UNCHECKED = {
    "sklearn.tree._tree.Tree",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
}
"""Trees: scikit-learn follows the numbers in them unchecked, so a forged file can crash the process."""
NEVER_MODULES = frozenset(
    (
        *("os", "posix", "nt", "sys", "subprocess", "shutil", "pathlib", "socket", "ssl", "http", "urllib"),
        *("requests", "importlib", "imp", "runpy", "ctypes", "cffi", "pickle", "marshal", "shelve", "code"),
        *("codeop", "pty", "multiprocessing", "asyncio", "threading", "tempfile", "webbrowser", "joblib"),
    )
)
"""What runs programs, opens files or talks to the network: no model has it, and nobody can vouch for it."""
NEVER_TYPES = frozenset(
    f"builtins.{one}"
    for one in ("eval", "exec", "compile", "open", "getattr", "setattr", "breakpoint", "input", "__import__")
)
_VERSION = "_sklearn_version"


def types_in(schema: Any) -> frozenset[str]:  # noqa: ANN401 - any JSON
    """The full name of every type and function that the schema of a ``.skops`` file names."""
    return frozenset(
        f"{one.get('__module__')}.{one['__class__']}" for one in _objects(schema) if "__class__" in one
    )


def versions_in(schema: Any) -> tuple[str, ...]:  # noqa: ANN401 - any JSON
    """The versions of scikit-learn that the parts of the pipeline were saved with."""
    told = (one[_VERSION] for one in _objects(schema) if isinstance(one.get(_VERSION), dict))
    return tuple(sorted({_text(one.get("content")) for one in told}))


def check_types(
    name: str, found: Collection[str], unknown_to_skops: Collection[str], trusted: Collection[str]
) -> None:
    """BadInput that names the first type that is neither well known nor vouched for, and the mend."""
    _check_never(name, {*found, *unknown_to_skops})
    refused = sorted(
        one for one in {*found, *unknown_to_skops} if not _known(one, unknown_to_skops) and one not in trusted
    )
    if not refused:
        return
    first, rest = refused[0], len(refused) - 1
    more = f" (and {rest} more)" if rest else ""
    why = " whose numbers scikit-learn follows unchecked" if first in UNCHECKED else " that is not well known"
    msg = (
        f"{name}: the file would bring a type to life{why}: {first}{more}; if you made the file yourself and"
        f" trust it, give --trust {first}"
    )
    raise BadInput(msg)


def _check_never(name: str, found: Collection[str]) -> None:
    never = sorted(one for one in found if one in NEVER_TYPES or one.partition(".")[0] in NEVER_MODULES)
    if never:
        msg = (
            f"{name}: the file would bring {never[0]} to life, which can run programs or open files; no model"
            " has it and no --trust allows it: do not use this file"
        )
        raise BadInput(msg)


def _known(one: str, unknown_to_skops: Collection[str]) -> bool:
    if one in KNOWN_TYPES:
        return True
    return one not in unknown_to_skops and any(one.startswith(f"{module}.") for module in KNOWN_MODULES)


def _objects(schema: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any JSON
    """Every object of the JSON, without recursion: the depth is the file's to choose."""
    left = [schema]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            yield one
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)


def _text(content: object) -> str:
    try:
        told = json.loads(content) if isinstance(content, str) else content
    except ValueError:
        told = "?"
    return str(told)[:20]
