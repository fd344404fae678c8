"""Whether a bundle is as it was signed; where not, what is wrong, in one sentence each.

Nothing is written to disk, nothing is fetched. At the end the bundle is made again from what was read: were
there anything in the file beside its files, the bytes would differ.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from audit.report.bundle.container import packed, unpacked
from audit.report.bundle.manifest import MANIFEST, SIGNATURE, Manifest, read
from audit.report.bundle.signing import signer_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found. ``public_key`` is the one that signed (base64), None without a good signature."""

    faults: tuple[str, ...]
    public_key: str | None
    manifest: Manifest | None

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def verify(data: bytes, key: str | None = None) -> Checked:
    """Check a bundle, and that ``key`` signed it where one is named (base64).

    Raises
    ------
    BadInput
        It is no bundle: no whole zip, packed, or with names that lead elsewhere.
    """
    files = unpacked(data)
    manifest, signer = _signed(files)
    if manifest is None or signer is None:
        return Checked(faults=(_unsigned(files),), public_key=None, manifest=None)
    faults = [*_wrong_key(signer, key), *_files(manifest, files)]
    if not faults:
        faults = list(_container(files, data))
    return Checked(faults=tuple(faults), public_key=signer, manifest=manifest)


def _signed(files: dict[str, bytes]) -> tuple[Manifest | None, str | None]:
    if MANIFEST not in files or SIGNATURE not in files:
        return None, None
    return read(files[MANIFEST]), signer_of(files[MANIFEST], files[SIGNATURE])


def _unsigned(files: dict[str, bytes]) -> str:
    for name in (MANIFEST, SIGNATURE):
        if name not in files:
            return f"{name} is missing, so that nothing shows what the bundle should hold or who signed it."
    if read(files[MANIFEST]) is None:
        return f"{MANIFEST} is no manifest of an evidence bundle."
    return f"The signature is not good: {MANIFEST} or {SIGNATURE} was changed after it was signed."


def _wrong_key(signer: str, key: str | None) -> Iterator[str]:
    if key is not None and signer != key:
        yield f"It was signed by another key than the one you named: {signer}"


def _files(manifest: Manifest, files: dict[str, bytes]) -> Iterator[str]:
    listed = {one.name: one for one in manifest.files}
    for name, one in listed.items():
        if name not in files:
            yield f"{name} is missing: it was taken out after the bundle was signed."
        elif len(files[name]) != one.bytes or hashlib.sha256(files[name]).hexdigest() != one.sha256:
            yield f"{name} was changed after the bundle was signed."
    for name in files:
        if name not in listed and name not in (MANIFEST, SIGNATURE):
            yield f"{name} was added after the bundle was signed."


def _container(files: dict[str, bytes], data: bytes) -> Iterator[str]:
    if list(files) != sorted(files):
        yield "The files stand in another order than Fairlead writes them: the zip was made anew."
    elif packed(files) != data:
        yield "The files are unchanged, but the zip around them is not: something was added beside them."
