"""Why somebody did not come in by another provider."""

from __future__ import annotations


class NotLetIn(Exception):
    """The message is a sentence for the person; ``code`` goes into the trail and holds no personal value.

    ``passing`` says that nobody did anything wrong and another try may work.
    """

    def __init__(self, message: str, *, code: str, passing: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.passing = passing
