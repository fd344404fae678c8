"""A page as a tagged PDF (PDF/UA-1, ISO 14289-1), by WeasyPrint: an extra of the installation.

Nothing is fetched: pictures must stand in the page. There is no date and no random identifier in it, so that
the same page gives the same bytes with the same version of WeasyPrint and the same fonts.
"""

from __future__ import annotations

import logging
from importlib.util import find_spec
from typing import Any

from audit.schema import BadInput

MISSING = (
    "PDFs need WeasyPrint and the system's Pango, which are not installed here; "
    "install fairlead[pdf] and Pango (on Debian: libpango-1.0-0, libpangoft2-1.0-0), or do without the PDF"
)


def offered() -> bool:
    """Whether WeasyPrint is there, without loading it; Pango may still be missing."""
    return find_spec("weasyprint") is not None


def can_print() -> bool:
    """Whether PDFs can be made here."""
    try:
        _weasyprint()
    except BadInput:
        return False
    return True


def to_pdf(page: str) -> bytes:
    """A self-contained HTML page as a tagged PDF.

    Raises
    ------
    BadInput
        WeasyPrint or Pango is not installed.
    """
    weasyprint = _weasyprint()
    # Whatever does not stand in the page itself is refused, and left out of the paper.
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=("data",))
    document = weasyprint.HTML(string=page, url_fetcher=fetcher, media_type="print")
    made: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return made


def _weasyprint() -> Any:  # noqa: ANN401 - a module without types
    if not offered():
        raise BadInput(MISSING)
    # It would tell on standard error of every property of CSS that paper does not know.
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    try:
        import weasyprint  # noqa: PLC0415 - an extra, and slow to import
    except OSError:
        raise BadInput(MISSING) from None
    return weasyprint
