"""What every page of ours must be, whatever it shows: reads the HTML and lists what is wrong with it."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

VOID = {"input", "link", "meta", "img", "br", "hr", "path", "circle", "line", "rect"}


class Page(HTMLParser):
    """The tags of one page in order, with the tags that are open around each.

    ``words`` are what the page itself says: the help beside it, and what a word opens, are left out.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None], tuple[str, ...]]] = []
        self.open: list[str] = []
        self.beside = 0
        self.words: list[str] = []
        self.faults: list[str] = []
        self.feed(text)
        if self.open:
            self.faults.append(f"not closed: {self.open}")

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs), tuple(self.open)))
        if tag in VOID:
            return
        self.open.append(tag)
        if not self.beside and (tag == "aside" or "popover" in dict(attrs)):
            self.beside = len(self.open)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs), tuple(self.open)))

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if self.beside == len(self.open):
            self.beside = 0
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")

    def handle_data(self, data):
        if not self.beside:
            self.words.append(data)

    @property
    def text(self) -> str:
        """All words of the page, blanks folded."""
        return " ".join(" ".join(self.words).split())

    def having(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every such tag."""
        return [attributes for name, attributes, _ in self.tags if name == tag]


def faults(text: str) -> list[str]:
    """What is wrong with a page: broken nesting, inline code, missing labels, doubled ids."""
    page = Page(text)
    return [*page.faults, *_inline(page), *_doubled_ids(page), *_unlabelled(page), *_frame(page)]


def _inline(page: Page) -> list[str]:
    styled = [f"inline style on {tag}" for tag, attrs, _ in page.tags if "style" in attrs or tag == "style"]
    handlers = [f"{name} on {tag}" for tag, attrs, _ in page.tags for name in attrs if name.startswith("on")]
    return [*styled, *handlers, *("inline script" for script in page.having("script") if "src" not in script)]


def _doubled_ids(page: Page) -> list[str]:
    ids = Counter(attrs["id"] for _, attrs, _ in page.tags if "id" in attrs)
    return [f"id {name} is there {count} times" for name, count in ids.items() if count > 1]


def _unlabelled(page: Page) -> list[str]:
    labelled = {label.get("for") for label in page.having("label")}
    fields = [*page.having("input"), *page.having("textarea"), *page.having("select")]
    bare = [f for f in fields if f.get("type") != "hidden" and f.get("id") not in labelled]
    pictures = [p for p in page.having("img") if "alt" not in p]
    drawings = [s for s in page.having("svg") if "aria-hidden" not in s and not s.get("aria-label")]
    tables = len(page.having("table")) - len(page.having("caption"))
    heads = [th for th in page.having("th") if "scope" not in th]
    found = (
        ("field", bare),
        ("picture", pictures),
        ("drawing", drawings),
        ("table", [0] * tables),
        ("th", heads),
    )
    return [f"{len(items)} {what} without its name" for what, items in found if items]


def _frame(page: Page) -> list[str]:
    wanted = {"h1": 1, "main": 1, "title": 1}
    wrong = [tag for tag, count in wanted.items() if len(page.having(tag)) != count]
    return [f"{tag} is not there exactly once" for tag in wrong]
