"""Numbers of children: what may be kept, and the one kind that never is."""

from stdnum.in_ import aadhaar

from aanchal.lib.indic.digits import ascii_digits


def is_aadhaar(text: str) -> bool:
    """True for twelve digits whose check digit is that of an Aadhaar number.

    One in ten other twelve-digit numbers passes too; leaving such a number out costs a match, keeping
    an Aadhaar number would break a promise.
    """
    digits = ascii_digits(text).replace(" ", "").replace("-", "")
    return len(digits) == 12 and digits.isdigit() and bool(aadhaar.is_valid(digits))


def kept(text: str) -> str | None:
    """The number as it may be kept; None for nothing and for an Aadhaar number."""
    return None if not text or is_aadhaar(text) else text
