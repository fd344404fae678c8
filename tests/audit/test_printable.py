"""Names with characters that XML has not and that a terminal would obey."""

from __future__ import annotations

from pathlib import Path
from xml.dom.minidom import parseString

import pytest
from click.testing import CliRunner

from audit.report.printable import printable
from webapp.cli import main

STREAM = """
[stream]
name = "s"
score = "score"
threshold = 50
outcome = "won"
[[stream.attribute]]
name = "g"
"""


@pytest.mark.parametrize("character", ["\x01", "\x0c", "\x1b", "\x7f", "\x85", "\ufffe"])
def test_what_xml_has_not_becomes_a_sign(character: str):
    document = parseString(f"<a>{printable(f'ur{character}ban')}</a>")  # noqa: S318 - our own text
    assert character not in document.documentElement.firstChild.data


def test_different_control_characters_stay_different_and_line_ends_stay():
    assert len({printable(chr(code)) for code in range(0x20)}) == 0x20
    assert printable("a\tb\r\nc é 日") == "a\tb\r\nc é 日"


@pytest.mark.parametrize("character", ["\x0c", "\x1b"])
def test_a_group_with_a_control_character_is_audited_and_drawn(tmp_path: Path, character: str):
    lines = [
        f"{row % 100},{'rural' if row % 3 else f'ur{character}ban'},{'yes' if row % 7 < 3 else 'no'}"
        for row in range(400)
    ]
    (tmp_path / "leads.csv").write_text("\n".join(["score,g,won", *lines]), encoding="utf-8")
    (tmp_path / "s.toml").write_text(STREAM, encoding="utf-8")
    asked = [
        str(tmp_path / "leads.csv"),
        "--stream",
        str(tmp_path / "s.toml"),
        "--out",
        str(tmp_path / "out"),
    ]
    result = CliRunner().invoke(main, ["audit", *asked])
    assert result.exit_code == 0, result.output
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert printable(f"ur{character}ban") in page
    assert character not in page + result.output


def test_a_refusal_cannot_steer_the_terminal(tmp_path: Path):
    (tmp_path / "leads.csv").write_text("score,g,won\n1,a,\x1b[31m\n", encoding="utf-8")
    (tmp_path / "s.toml").write_text(STREAM, encoding="utf-8")
    asked = [
        str(tmp_path / "leads.csv"),
        "--stream",
        str(tmp_path / "s.toml"),
        "--out",
        str(tmp_path / "out"),
    ]
    result = CliRunner().invoke(main, ["audit", *asked])
    assert result.exit_code == 2
    assert "\x1b" not in result.stderr
    assert "␛[31m" in result.stderr


def test_names_of_many_pages_are_cut_in_a_chart_and_drawn_at_once():
    from audit.report.charts import LONGEST, _name

    assert _name("a" * LONGEST) == "a" * LONGEST
    assert len({_name("a" * 50_000 + end) for end in ("x", "y")}) == 2
    assert len(_name("a" * 50_000)) <= LONGEST
