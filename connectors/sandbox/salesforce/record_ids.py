"""Record ids of the stand-in: prefix, instance, and a number in base 62."""

from __future__ import annotations

from connectors.salesforce.ids import full_id

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PLACES = {digit: place for place, digit in enumerate(DIGITS)}


def make_id(prefix: str, number: int) -> str:
    """An 18-character id: prefix, instance ``Fl``, and the number in base 62."""
    digits = ""
    while number:
        number, digit = divmod(number, len(DIGITS))
        digits = DIGITS[digit] + digits
    return full_id(f"{prefix}Fl{digits:0>10}")


def id_number(record_id: str) -> int:
    """The number in an id; 0 for one of another shape."""
    digits = record_id[5:15]
    if record_id[3:5] != "Fl" or not all(digit in _PLACES for digit in digits):
        return 0
    number = 0
    for digit in digits:
        number = number * len(DIGITS) + _PLACES[digit]
    return number
