"""An error that nobody foresaw tells where it happened, and none of the values that it was about."""

import logging
import subprocess
import sys

import pytest

from webapp.app import app_over
from webapp.defects import WithoutWords, frames
from webapp.services import open_services

VALUE = "Zqxcanary@example.com"


def failing() -> Exception:
    try:
        try:
            int(VALUE)
        except ValueError as cause:
            raise KeyError(VALUE) from cause
    except KeyError as error:
        error.add_note(VALUE)
        return error
    raise AssertionError


def test_frames_name_the_place_and_the_types_and_no_value():
    told = frames(failing())
    assert VALUE not in told
    assert "test_defects.py" in told
    assert "in failing" in told
    assert told.index("builtins.ValueError") < told.index("builtins.KeyError")


def test_a_context_that_was_cut_off_stays_away():
    def cut() -> None:
        try:
            int(VALUE)
        except ValueError:
            raise KeyError(VALUE) from None

    with pytest.raises(KeyError) as caught:
        cut()
    assert "builtins.ValueError" not in frames(caught.value)


def test_errors_that_cause_each_other_come_to_an_end():
    one, other = ValueError(VALUE), KeyError(VALUE)
    one.__cause__, other.__cause__ = other, one
    assert frames(one).count("words withheld") == 2


def test_a_log_line_keeps_its_message_and_the_frames_alone():
    error = failing()
    record = logging.LogRecord(
        "a", logging.ERROR, "here", 1, "it broke", (), (type(error), error, error.__traceback__)
    )
    told = WithoutWords("%(levelname)s: %(message)s").format(record)
    assert told.startswith("ERROR: it broke\n")
    assert "in failing" in told
    assert VALUE not in told


ENDS = {
    "main": "int(VALUE)",
    "chained": "try:\n    int(VALUE)\nexcept ValueError as e:\n    raise RuntimeError(VALUE) from e",
    "group": "raise ExceptionGroup(VALUE, [ValueError(VALUE)])",
    "thread": "import threading; t = threading.Thread(target=int, args=(VALUE,)); t.start(); t.join()",
    "deletion": "class A:\n    def __del__(self):\n        int(VALUE)\nA()",
    "log": "import logging\n"
    "try:\n    int(VALUE)\nexcept ValueError:\n    logging.getLogger('a').exception('it broke')",
}


@pytest.mark.parametrize("kind", ENDS)
def test_whatever_ends_a_process_prints_no_value(kind):
    # The value comes in from outside: a frame shows the line of code, not what it holds.
    script = (
        "import os\nfrom webapp.defects import crash_without_words, log_plainly\n"
        f"crash_without_words()\nlog_plainly('warning')\nVALUE = os.environ['VALUE']\n{ENDS[kind]}\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"VALUE": VALUE},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert VALUE not in done.stdout + done.stderr
    assert "withheld" in done.stderr or "it broke" in done.stderr


def test_a_process_of_ours_leaves_no_core():
    script = (
        "import resource\nfrom webapp.defects import crash_without_words\ncrash_without_words()\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "(0, 0)"


def test_a_page_that_breaks_says_so_and_its_log_line_holds_no_value(tmp_path, support, caplog, monkeypatch):
    from webapp.views import connections

    def broken(*_arguments: object, **_options: object) -> None:
        raise ValueError(VALUE)

    opened = open_services(support.settings_for(tmp_path / "data"))
    opened.accounts.add_first_user("Ada", "admin", support.password_hash())
    browser = support.Browser(app_over(opened).test_client())
    browser.sign_in()
    monkeypatch.setattr(connections, "render_template", broken)
    with caplog.at_level(logging.DEBUG):
        shown = browser.get("/connections")
    opened.close()
    assert shown.status_code == 500
    assert "Something broke on our side" in shown.text
    told = "\n".join(logging.Formatter("%(message)s").format(record) for record in caplog.records)
    assert "in broken" in told
    assert VALUE not in shown.text + told
