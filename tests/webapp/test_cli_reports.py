"""Papers on the command line: made from a file or an audit.json, signed, checked, and refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from audit.report import read_json
from audit.report.bundle.container import unpacked
from audit.report.json_form import to_json
from audit.report.packs import PACKS
from audit.schema import BadInput
from tests.webapp.sample_report import sample_report
from tests.webapp.test_cli_audit import STREAM, as_csv, rows
from webapp.cli import main
from webapp.signing_file import public_key, read_key

ALL_PACKS = [f"pack-{name}.{form}" for name in PACKS for form in ("html", "md", "json")]
THREE = ["audit.json", "metrics.csv", "report.html"]


def fairlead(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Path:
    """A folder with leads, a stream, a key, an audit.json of before, and one bundle from it."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "leads.csv").write_bytes(as_csv(rows()))
    (folder / "stream.toml").write_text(STREAM)
    (folder / "audit.json").write_text(to_json(sample_report()))
    assert fairlead("bundle-key", "new", folder / "key").exit_code == 0
    done = fairlead("report", folder / "audit.json", "--out", folder / "out", *bundled(folder))
    assert done.exit_code == 0, done.stderr
    return folder


def bundled(folder: Path) -> tuple[str, ...]:
    return ("--bundle", "--sign-with", str(folder / "key"))


def test_an_audit_writes_the_papers_that_it_is_asked_for(desk, tmp_path):
    done = fairlead(
        *("audit", desk / "leads.csv", "--stream", desk / "stream.toml", "--out", tmp_path / "out"),
        *("--packs", "eu-ai-act, LL144", "--model-card", "--summary", "--json", *bundled(desk)),
    )
    assert done.exit_code == 0, done.stderr
    papers = ["evidence.zip", "model-card.html", "model-card.md", "summary.html", "summary.md"]
    packs = [one for one in ALL_PACKS if "ll144" in one or "eu-ai-act" in one]
    assert sorted([*THREE, *papers, *packs]) == json.loads(done.stdout)["files"]
    files = unpacked((tmp_path / "out" / "evidence.zip").read_bytes())
    assert {*THREE, *ALL_PACKS, "summary.md", "model-card.md", "figure-1-rates.svg"} <= set(files)
    assert all(
        files[name] == (tmp_path / "out" / name).read_bytes() for name in (*THREE, "summary.md", *packs)
    )


def test_papers_are_made_from_audit_json_alone_and_it_is_handed_on_byte_for_byte(desk, tmp_path):
    text = (desk / "audit.json").read_text().replace(' "seed": 7', ' "seed":  7')
    (tmp_path / "audit.json").write_text(text)
    done = fairlead(
        "report", tmp_path / "audit.json", "--out", tmp_path / "a", "--packs", "all", *bundled(desk)
    )
    assert done.exit_code == 0, done.stderr
    again = fairlead(
        "report", tmp_path / "audit.json", "--out", tmp_path / "b", "--packs", "all", *bundled(desk)
    )
    assert again.exit_code == 0
    assert sorted(one.name for one in (tmp_path / "a").iterdir()) == sorted(
        [*THREE, *ALL_PACKS, "evidence.zip"]
    )
    for one in (tmp_path / "a").iterdir():
        assert one.read_bytes() == (tmp_path / "b" / one.name).read_bytes(), one.name
    assert (tmp_path / "a" / "audit.json").read_text() == text
    assert to_json(read_json(text)) == to_json(sample_report())


def test_a_bundle_is_verified_by_the_published_key(desk):
    zipped = desk / "out" / "evidence.zip"
    for named in ((), ("--key", desk / "key.pub"), ("--key", (desk / "key.pub").read_text())):
        done = fairlead("verify", zipped, *named)
        assert done.exit_code == 0, done.stderr
        assert "sound" in done.stdout
    told = json.loads(fairlead("verify", zipped, "--key", desk / "key.pub", "--json").stdout)
    assert (told["sound"], told["as_expected"], told["faults"]) == (True, True, [])
    assert told["manifest"]["digests"]["data"] == "b" * 64
    assert told["public_key"] == (desk / "key.pub").read_text().strip()


def test_a_changed_bundle_ends_with_1_and_another_file_with_2(desk, tmp_path):
    whole = (desk / "out" / "evidence.zip").read_bytes()
    bad, cut = tmp_path / "bad.zip", tmp_path / "cut.zip"
    bad.write_bytes(whole.replace(b"22,598", b"99,598"))
    cut.write_bytes(whole[:1000])
    done = fairlead("verify", bad)
    assert (done.exit_code, "NOT as it was signed" in done.stdout) == (1, True)
    told = json.loads(fairlead("verify", bad, "--json").stdout)
    assert told["sound"] is False
    assert all(" was changed after the bundle was signed." in one for one in told["faults"])
    done = fairlead("verify", cut)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("fairlead: this is no evidence bundle: it is no whole zip file")
    assert done.stderr.count("\n") == 1
    assert {one.name for one in tmp_path.iterdir()} == {"bad.zip", "cut.zip"}


def test_another_key_ends_with_1(desk, tmp_path):
    assert fairlead("bundle-key", "new", tmp_path / "other").exit_code == 0
    done = fairlead("verify", desk / "out" / "evidence.zip", "--key", tmp_path / "other.pub", "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["sound"], told["as_expected"]) == (1, False, False)
    assert told["faults"][0].startswith("It was signed by another key than the one you named")


def test_a_key_is_for_its_owner_alone_and_never_written_over(desk):
    before = (desk / "key").read_bytes()
    assert (desk / "key").stat().st_mode & 0o077 == 0
    done = fairlead("bundle-key", "new", desk / "key")
    assert (done.exit_code, (desk / "key").read_bytes()) == (2, before)
    assert fairlead("bundle-key", "show", desk / "key").stdout == (desk / "key.pub").read_text()
    assert "PRIVATE" not in fairlead("bundle-key", "show", desk / "key", "--json").stdout


def test_where_a_key_cannot_be_written_nothing_stays(tmp_path):
    (tmp_path / "key").write_text("something of mine")
    done = fairlead("bundle-key", "new", tmp_path / "key")
    assert done.exit_code == 2
    assert [one.name for one in tmp_path.iterdir()] == ["key"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--bundle",), "--bundle needs --sign-with KEY_FILE"),
        (("--bundle", "--sign-with", "stream.toml"), "there is no key to sign with; make one with"),
        (("--packs", "ll144,hipaa"), "there is no pack 'hipaa'"),
    ],
)
def test_what_cannot_be_made_is_said_before_anything_is_written(desk, tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(desk)
    done = fairlead("report", "audit.json", "--out", tmp_path / "out", *words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"\xff\xfe", b"[" * 100_000, b'{"schema": "fairlead.audit/1"}']
)
def test_what_is_no_audit_is_refused_in_a_sentence(tmp_path, content):
    (tmp_path / "audit.json").write_bytes(content)
    done = fairlead("report", tmp_path / "audit.json", "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert done.stderr.startswith("fairlead: ")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", ["", "abc", "A" * 44, "\0", "ü"])
def test_what_is_no_public_key_is_bad_input(text):
    with pytest.raises(BadInput, match="no public key"):
        public_key(text)


def test_a_key_of_another_kind_signs_nothing(tmp_path):
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem = X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key").write_bytes(pem)
    with pytest.raises(BadInput, match="no key to sign with"):
        read_key(tmp_path / "key")
