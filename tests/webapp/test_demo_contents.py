from __future__ import annotations

from pathlib import Path

from webapp.demo.contents import from_file

STREAM = """
[stream]
name = "s"
key = "id"
score = "score"
threshold = 50
[[stream.attribute]]
name = "region"
"""


def test_rows_that_become_no_lead_are_told(tmp_path: Path):
    lines = ["id,score,region", *(f"L{i},{i},{'a' if i % 2 else 'b'}" for i in range(60))]
    lines[4] += ",more"
    lines[9] = "L8"
    (tmp_path / "l.csv").write_text("\n".join(lines))
    (tmp_path / "s.toml").write_text(STREAM)
    note = from_file(tmp_path / "l.csv", tmp_path / "s.toml", 0).note
    assert note == "58 leads from l.csv. 2 of its rows have a wrong number of columns (lines 5, 10)"


def test_a_sound_file_is_told_in_short(tmp_path: Path):
    lines = ["id,score,region", *(f"L{i},{i},{'a' if i % 2 else 'b'}" for i in range(60))]
    (tmp_path / "l.csv").write_bytes("\n".join([*lines, "L60,5,Zürich"]).encode("latin-1"))
    (tmp_path / "s.toml").write_text(STREAM)
    note = from_file(tmp_path / "l.csv", tmp_path / "s.toml", 0).note
    assert note.startswith("61 leads from l.csv. ")
    assert "1252" in note or "Latin-1" in note
