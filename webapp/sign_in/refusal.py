"""Why somebody did not come in by another provider."""

from __future__ import annotations

from webapp.language import gettext


class NotLetIn(Exception):
    """The message is a sentence for the person; ``code`` goes into the trail and holds no personal value.

    ``passing`` says that nobody did anything wrong and another try may work. ``values`` are what ``%(name)s``
    in the message stands for. It stays English until it is shown: one provider's refusal is told to many.
    """

    def __init__(self, message: str, *, code: str, passing: bool = False, **values: str) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.values = values
        self.code = code
        self.passing = passing

    def again(self) -> NotLetIn:
        """The same for the next one, without what was around this one."""
        return NotLetIn(self.message, code=self.code, passing=self.passing, **self.values)

    def shown(self) -> str:
        """The sentence in the language of the page."""
        return gettext(self.message, **self.values)
