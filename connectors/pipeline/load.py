"""A ``.skops`` file becomes an estimator, once everything in it is known and allowed."""

from __future__ import annotations

import hashlib
import io
import json
import warnings
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audit.schema import BadInput
from connectors.pipeline.archive import DAMAGED, SCHEMA, damaged, read_archive
from connectors.pipeline.trust import check_types, types_in, versions_in

MISSING = (
    'A pipeline of your own needs the extra "mitigate" or "explain": install it with pip install'
    ' "fairlead[mitigate]".'
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Brought:
    """A customer's own scikit-learn estimator.

    ``name`` is the file's, ``digest`` its SHA-256 in hexadecimal, ``types`` are all that it brought to life,
    ``notes`` sentences about what is odd with it.
    """

    estimator: Any
    name: str
    digest: str
    types: tuple[str, ...]
    notes: tuple[str, ...]


def read_pipeline(path: Path, trusted: Collection[str] = ()) -> Brought:
    """Read a pipeline that ``skops.io.dump`` wrote.

    Parameters
    ----------
    path
        The file.
    trusted
        Full names of types that somebody vouches for, beyond the well-known ones.

    Raises
    ------
    BadInput
        One sentence: the extra is not installed, the file is a pickle, too large or damaged, it holds a type
        that nobody vouched for, or what it holds predicts nothing.
    """
    try:
        import skops.io  # noqa: PLC0415 - an extra
    except ImportError:
        raise BadInput(MISSING) from None
    content = read_archive(path)
    schema = _schema(path.name, content)
    found = types_in(schema)
    try:
        unknown = skops.io.get_untrusted_types(data=content)
    except Exception:  # noqa: BLE001 - whatever a made-up file makes skops raise
        raise damaged(path.name) from None
    check_types(path.name, found, unknown, trusted)
    estimator = _loaded(path.name, content, sorted(unknown), versions_in(schema))
    _check_predicts(path.name, estimator)
    return Brought(
        estimator=estimator,
        name=path.name,
        digest=hashlib.sha256(content).hexdigest(),
        types=tuple(sorted(found)),
        notes=_notes(versions_in(schema)),
    )


def _schema(name: str, content: bytes) -> Any:  # noqa: ANN401 - any JSON
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return json.loads(archive.read(SCHEMA))
    except (*DAMAGED, ValueError, RecursionError):
        raise damaged(name) from None


def _loaded(name: str, content: bytes, allowed: list[str], versions: tuple[str, ...]) -> Any:  # noqa: ANN401
    import skops.io  # noqa: PLC0415 - an extra

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # another version is told in the notes
            return skops.io.loads(content, trusted=allowed)
    except Exception:  # noqa: BLE001 - as above
        others = _others(versions)
        if others:
            msg = (
                f"{name}: the pipeline was saved with scikit-learn {', '.join(others)}, which the installed"
                f" {_installed()} cannot load; train and save it with that version"
            )
            raise BadInput(msg) from None
        raise damaged(name) from None


def _check_predicts(name: str, estimator: Any) -> None:  # noqa: ANN401 - anything
    if not (callable(getattr(estimator, "fit", None)) and callable(getattr(estimator, "predict", None))):
        msg = (
            f"{name}: the file holds a {type(estimator).__name__}, which predicts nothing; save the whole"
            " pipeline with its model as the last step"
        )
        raise BadInput(msg)


def _notes(versions: tuple[str, ...]) -> tuple[str, ...]:
    others = _others(versions)
    if not others:
        return ()
    told = (
        f"The pipeline was saved with scikit-learn {', '.join(others)}, and {_installed()} is installed: its"
        " predictions may differ from those that made your scores."
    )
    return (told,)


def _others(versions: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one in versions if one != _installed())


def _installed() -> str:
    import sklearn  # noqa: PLC0415 - slow to import

    return str(sklearn.__version__)
