"""A signed bundle: files of one report, a manifest of their digests, a signature over it."""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.report.bundle.container import packed
from audit.report.bundle.manifest import MANIFEST, SIGNATURE, manifest_of, to_json
from audit.report.bundle.signing import signature_of
from audit.report.model import Report

README = "readme.txt"
_README = """This is the evidence of one audit of a lead score, made by Fairlead.

  report.html     the report, for people        audit.json    the report, for programs
  summary.html    one page in plain words       metrics.csv   every number, for a spreadsheet
  pack-*          what a rule asks for          model-card.*  the model card of the score
  figure-*        the charts                    manifest.json the digest of each file

Nothing in it is legal advice. To check that nothing was changed since it was signed, without a network:

  fairlead verify EVIDENCE.ZIP --key PUBLIC_KEY

The public key comes from whoever made the audit, by another way than this file.
"""


def bundle(report: Report, files: Mapping[str, bytes], key: Ed25519PrivateKey) -> bytes:
    """The zip of ``files``, signed. The same files and key give the same bytes."""
    whole = {**files, README: _README.encode()}
    manifest = to_json(manifest_of(report, whole))
    return packed({**whole, MANIFEST: manifest, SIGNATURE: signature_of(manifest, key)})
