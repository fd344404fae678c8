"""A page's form as a browser would send it: what stands in its inputs."""

from __future__ import annotations

from html.parser import HTMLParser


class _Inputs(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.select = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "select":
            self.select = name
        elif tag == "option" and (self.select not in self.values or "selected" in given):
            self.values[self.select] = given.get("value") or ""
        elif (
            tag == "input" and name and (given.get("type") not in {"radio", "checkbox"} or "checked" in given)
        ):
            self.values[name] = given.get("value") or ""


def inputs(text: str) -> dict[str, str]:
    """Every named input of a page with its value; of radio buttons and checkboxes those that are chosen."""
    return {name: value for name, value in _Inputs(text).values.items() if name != "flow"}
