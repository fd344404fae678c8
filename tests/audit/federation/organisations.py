"""Organisations for the tests: leads, their releases, and what an audit of all leads together would say."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.cube import Cube
from audit.federation import Handed, Party, admitted
from audit.release import (
    Release,
    basis_of,
    fitting_shape,
    noisy_release,
    plain_shape,
    public_text,
    release_of,
    signed,
    terms_of,
    to_json,
)
from audit.schema import Stream
from tests.audit.tables import cube, stream

DECIDED = stream("a", "b", score=None, threshold=None, decision="d", intersections=2)
SCORED = stream("a", "b", threshold=60.0, score_range=(0.0, 100.0), intersections=2)


def key(number: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes([number] * 32))


def counted(rows: dict[tuple[str, bool, bool], int], of: Stream) -> Cube:
    """Leads by group of the one attribute, decision and outcome."""
    each = [one for one, n in rows.items() for _ in range(n)]
    groups, selected, outcome = zip(*each, strict=True)
    names = pa.array(list(groups)).dictionary_encode()
    return cube({"attribute:a": names, "selected": list(selected), "outcome": list(outcome)}, of)


def leads(
    rng: np.random.Generator,
    size: int,
    shares: tuple[tuple[float, ...], ...],
    *,
    scored: bool = False,
    known: float = 0.9,
) -> dict[str, object]:
    """Random leads of two attributes; groups and decisions go together, and outcomes with both."""
    columns: dict[str, object] = {}
    codes = [rng.choice(len(share), size, p=np.array(share) / sum(share)) for share in shares]
    for name, code in zip("ab", codes, strict=True):
        columns[f"attribute:{name}"] = pa.array([f"{name}{one}" for one in code]).dictionary_encode()
    score = np.clip(rng.integers(0, 21, size) * 5.0 - 15.0 * (codes[0] == 1), 0, 100)
    outcome = rng.random(size) < 0.2 + 0.3 * (score >= 60)
    known = pa.array(np.where(rng.random(size) < known, outcome, None).tolist(), pa.bool_())
    decided = {"score": score} if scored else {"selected": score >= 60}
    return {**columns, **decided, "outcome": known}


def exact(of: Cube, by: Stream, **how: int) -> Release:
    return release_of(basis_of(of, fitting_shape(of, by, **how)), terms_of(by))


def noisy(of: Cube, by: Stream, epsilon: float) -> Release:
    return noisy_release(of, plain_shape(of, by, crossings=1), terms_of(by), epsilon)


def handed(release: Release, number: int, file: str = "") -> Handed:
    text = signed(to_json(release), key(number))
    return Handed(file=file or f"{number}.json", data=text.encode())


def parties(*releases: Release) -> tuple[Party, ...]:
    """Signed, handed over and admitted, as "A", "B" and so on."""
    keys = {public_text(key(i)): chr(ord("A") + i) for i in range(len(releases))}
    return admitted([handed(release, i) for i, release in enumerate(releases)], keys)
