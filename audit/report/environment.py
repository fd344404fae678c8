"""How every page that is handed out is rendered: names from the data escaped, nothing missing in silence."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from audit.finding.words import nobreak


@cache
def environment(package: str) -> Environment:
    """The templates of a package (such as "audit.report"), with the filter that all pages share."""
    made = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(nobreak=nobreak)
    return made
