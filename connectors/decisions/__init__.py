"""The decision log: every score that was seen, append-only, and provably unchanged.

::

    <folder>/<crm>/<organisation>/chain.jsonl      a signed line per segment, erasure, drop, re-keying
    <folder>/<crm>/<organisation>/00000012.leaves  40 bytes per entry: its commitment, its check
    <folder>/<crm>/<organisation>/00000012.content the entries, each sealed under a secret of its lead
    <folder>/<crm>/<organisation>/index.db         whose entries are where, and the secrets of the leads
    <folder>/<crm>/<organisation>.log.lock         one writer at a time

The lines of the chain hold the digest of the line before, and the digests of both files of a segment. No
file but the index is ever changed, and no line: an erasure destroys the secret of a lead, so that its
entries cannot be read any more, and adds a line (docs/adr/0009). The format is in
docs/reference/decision-log.md.
"""
