"""A real browser for tests of pages: Chromium, an admin who signs in, and what axe-core finds wrong."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.conftest import absent
from tests.manifests.salesforce_files import MODULES

AXE = MODULES / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Without these flags Chromium calls its maker's hosts at every start.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@contextmanager
def chromium() -> Iterator[Any]:
    """A running browser; skips where none is installed."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        absent("no Chromium was found on the PATH")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=found, args=QUIET)
        yield running
        running.close()


def troubles(page: Any, *statuses: int) -> list[str]:
    """Every error of a script or of the Content-Security-Policy from now on, as it comes.

    Chromium writes a refused answer on the console as an error too; those of ``statuses`` are expected.
    """
    seen: list[str] = []
    expected = tuple(f"status of {status}" for status in statuses)

    def note(line: Any) -> None:
        if line.type == "error" and not any(words in line.text for words in expected):
            seen.append(line.text)

    page.on("pageerror", lambda error: seen.append(str(error)))
    page.on("console", note)
    return seen


def sign_in(page: Any, world: Any) -> None:
    """Sign in as the admin of the demo's world."""
    page.goto(world.url)
    page.get_by_label("Name").fill("admin")
    page.get_by_label("Password").fill(world.home.password())
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", level=1).wait_for()


def fits(page: Any) -> bool:
    """Nothing sticks out sideways once the style sheet is there (WCAG 1.4.10)."""
    page.wait_for_load_state("load")
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def violations(page: Any, rules: list[str], part: str = "html") -> list[str]:
    """What axe-core finds wrong in a part of a page, as ``rule: element``."""
    if not AXE.exists():
        absent("axe-core is not installed: make clients")
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    run = "([part, rules]) => axe.run(part, {runOnly: rules, preload: false})"
    found = page.evaluate(run, [part, rules])["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]
