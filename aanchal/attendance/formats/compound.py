"""Old workbooks (.xls) and protected ones: what their outer container tells before they are read."""

from .problems import Limits, Unreadable
from .sentences import N_


def protected() -> Unreadable:
    return Unreadable(
        "protected",
        N_(
            "The file is protected by a password. Open it with the password, save it without one and "
            "send the new file."
        ),
    )


def require_readable(raw: bytes, limits: Limits, *, area: int) -> None:
    """Refuse a protected workbook, a text document, or a sheet too large to be built."""
    if "EncryptedPackage".encode("utf-16-le") in raw:
        raise protected()
    if "WordDocument".encode("utf-16-le") in raw:
        raise Unreadable("not_a_table", N_("This is a text document. Send the register as a spreadsheet (.xlsx) or as CSV."))  # fmt: skip
