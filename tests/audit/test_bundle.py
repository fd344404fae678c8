"""Evidence bundles: the same bytes from the same files, and nothing that was done to one goes unseen."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import struct
import warnings
import zipfile

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.report.bundle import bundle, public_text, verify
from audit.report.bundle.container import packed, unpacked
from audit.report.bundle.manifest import code_digest
from audit.report.bundle.signing import SIGNED, signature_of
from audit.schema import BadInput
from tests.webapp.sample_report import sample_report

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
FILES = {"report.html": b"<p>5.0 %</p>" * 9, "audit.json": b'{"rows": 5}\n', "metrics.csv": b"a,b\r\n"}
WHOLE = bundle(sample_report(), FILES, KEY)


def changed(**files: bytes | None) -> bytes:
    """The bundle with other files in a zip that is sound otherwise; None takes one out."""
    named = {name.replace("__", "."): content for name, content in files.items()}
    made = {**unpacked(WHOLE), **named}
    return packed({name: content for name, content in made.items() if content is not None})


def zipped(files: dict[str, bytes], how: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return out.getvalue()


def refused(data: bytes) -> str:
    with pytest.raises(BadInput) as raised:
        verify(data)
    return str(raised.value)


def test_the_same_files_and_key_give_the_same_bytes_and_every_zip_tool_reads_them():
    assert bundle(sample_report(), dict(reversed(FILES.items())), KEY) == WHOLE
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == sorted(opened.namelist())
        assert opened.read("report.html") == FILES["report.html"]
        assert {one.date_time for one in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_bundle_is_sound_and_says_what_the_audit_was_made_from():
    found = verify(WHOLE, public_text(KEY))
    assert (found.sound, found.faults, found.public_key) == (True, (), public_text(KEY))
    made = found.manifest
    assert made is not None
    assert (made.digests.data, made.digests.policy, made.seed) == ("b" * 64, "d" * 64, 7)
    assert made.code == code_digest()
    assert {one.name for one in made.files} == {*FILES, "readme.txt"}
    assert all(
        one.sha256 == hashlib.sha256(FILES[one.name]).hexdigest() for one in made.files if one.name in FILES
    )


def test_the_signature_can_be_checked_without_fairlead():
    files = unpacked(WHOLE)
    told = json.loads(files["signature.json"])
    signed = base64.b64decode(told["signature"])
    KEY.public_key().verify(signed, b"fairlead evidence bundle\n" + files["manifest.json"])
    assert SIGNED == b"fairlead evidence bundle\n"


MANIFEST = unpacked(WHOLE)["manifest.json"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (changed(report__html=b"<p>0.5 %</p>" * 9), "report.html was changed"),
        (changed(audit__json=None), "audit.json is missing"),
        (changed(extra__txt=b"more"), "extra.txt was added"),
        (changed(manifest__json=None), "manifest.json is missing"),
        (changed(signature__json=None), "signature.json is missing"),
        (changed(manifest__json=MANIFEST.replace(b'"seed": 7', b'"seed": 8')), "The signature is not good"),
        (changed(manifest__json=b"[" * 100_000), "is no manifest"),
        (changed(signature__json=b'{"public_key": 5}'), "The signature is not good"),
        (zipped(dict(reversed(unpacked(WHOLE).items()))), "in another order"),
        (zipped(unpacked(WHOLE)), "the zip around them is not"),
        (b"#!/bin/sh\n" + WHOLE, "the zip around them is not"),
    ],
    ids=[
        *("changed", "missing", "added", "no manifest", "no signature", "manifest", "bomb of brackets"),
        *("odd signature", "reordered", "another zip", "something before"),
    ],
)
def test_what_was_done_to_a_bundle_is_said_in_one_sentence(data, said):
    found = verify(data)
    assert not found.sound
    assert len(found.faults) == 1
    assert said in found.faults[0]
    assert found.faults[0].count("\n") == 0


def test_a_bundle_that_was_signed_anew_is_told_by_the_key():
    again = changed(signature__json=signature_of(MANIFEST, OTHER))
    assert verify(again).sound
    assert verify(again).public_key == public_text(OTHER)
    found = verify(again, public_text(KEY))
    assert found.faults == (f"It was signed by another key than the one you named: {public_text(OTHER)}",)


def bomb() -> bytes:
    return zipped({**unpacked(WHOLE), "audit.json": b"0" * 50_000_000}, zipfile.ZIP_DEFLATED)


def overlapping() -> bytes:
    """Sixty entries of the index that all stand for the same bytes."""
    content = b"z" * 2_000_000
    data = packed({f"f{place:02}": content if place == 0 else b"" for place in range(60)})
    end = data.rindex(b"PK\x05\x06")
    at = struct.unpack_from("<L", data, end + 16)[0]
    index = bytearray(data[at:end])
    for place in range(60):
        struct.pack_into("<LL", index, place * 49 + 20, len(content), len(content))
        struct.pack_into("<L", index, place * 49 + 42, 0)
    return data[:at] + bytes(index) + data[end:]


def doubled() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made.writestr("a", b"1")
        made.writestr("a", b"2")
    return out.getvalue()


SIGNATURE = json.loads(unpacked(WHOLE)["signature.json"])
SIGNED_WITH = SIGNATURE["signature"]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@pytest.mark.parametrize(
    "other",
    [
        {"audited_by": "The City of New York"},
        {"algorithm": "RSA"},
        # The last letter before the padding holds bits that no byte takes.
        {
            "signature": SIGNATURE["signature"][:-3]
            + LETTERS[LETTERS.index(SIGNATURE["signature"][-3]) + 1]
            + "=="
        },
    ],
)
def test_the_file_that_signs_is_not_written_otherwise_either(other):
    written = json.dumps({**SIGNATURE, **other}, sort_keys=True, indent=1) + "\n"
    found = verify(changed(signature__json=written.encode()))
    assert not found.sound
    assert "The signature is not good" in found.faults[0]
    assert verify(changed(signature__json=unpacked(WHOLE)["signature.json"])).sound


@pytest.mark.parametrize(
    "change",
    [
        {"stream": {"a": 1}},
        {"stream": "\ud800"},
        {"seed": "7"},
        {"files": [{"name": ["a"], "bytes": 1, "sha256": "x"}]},
        {"files": [{"name": "a", "bytes": 1.5, "sha256": "x"}]},
    ],
)
def test_a_manifest_of_odd_parts_is_none_whoever_signed_it(change):
    manifest = json.dumps({**json.loads(unpacked(WHOLE)["manifest.json"]), **change}).encode()
    found = verify(changed(manifest__json=manifest, signature__json=signature_of(manifest, KEY)))
    assert found.faults == ("manifest.json is no manifest of an evidence bundle.",)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (WHOLE[: len(WHOLE) // 2], "no whole zip file"),
        (WHOLE[:-1], "no whole zip file"),
        (b"", "no whole zip file"),
        (b"PK\x05\x06" + bytes(18), None),
        (b"%PDF-1.7", "no whole zip file"),
        (bomb(), "packed or encrypted"),
        (overlapping(), "packed or encrypted"),
        (doubled(), "same name"),
        (zipped({f"f{place}": b"" for place in range(501)}), "501 files"),
        *(
            (zipped({name: b"x"}), "outside its folder")
            for name in ("../x", "/etc/x", "C:\\x", "a/b", "a\\..\\b")
        ),
    ],
)
def test_what_is_no_bundle_is_refused_unread(data, said):
    if said is None:
        assert verify(data).faults[0].startswith("manifest.json is missing")
    else:
        assert said in refused(data)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_no_byte_can_be_changed_unseen(place, by):
    data = bytearray(WHOLE)
    data[place] ^= by
    try:
        found = verify(bytes(data), public_text(KEY))
    except BadInput:
        return
    assert not found.sound


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.integers(0, len(WHOLE)))
def test_nothing_can_be_put_in_or_cut_off_unseen(more, place):
    for data in (WHOLE[:place] + more + WHOLE[place:], WHOLE[:place]):
        if data == WHOLE:
            continue
        try:
            found = verify(data)
        except BadInput:
            continue
        assert not found.sound


def test_a_bundle_holds_no_odd_name():
    with pytest.raises(ValueError, match="plain names"):
        packed({"a/b": b""})
