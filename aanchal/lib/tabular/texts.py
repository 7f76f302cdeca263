"""Cells as the user sees them; text for comparing is folded by `lib.indic.folding`."""

from datetime import date, datetime, time, timedelta

from aanchal.lib.indic.folding import UNSEEN

Cell = str | int | float | bool | date | datetime | time | timedelta | None


def shown(cell: Cell) -> str:
    """A cell as the user sees it: 6.0 is "6", a date is ISO, nothing is "".

    Control characters become spaces; the text is otherwise kept, because it may be a name.
    """
    if cell is None:
        return ""
    if isinstance(cell, str):
        return " ".join((cell if cell.isascii() else cell.translate(UNSEEN)).split())
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e16 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def is_empty(cell: Cell) -> bool:
    """True for no cell, an empty one, or one holding only spaces and unseen signs."""
    if cell is None or cell == "":
        return True
    if not isinstance(cell, str):
        return False
    return not cell.strip() if cell.isascii() else not shown(cell)


def column_letter(index: int) -> str:
    """0 -> "A", 25 -> "Z", 26 -> "AA": the column as a spreadsheet names it."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def quoted(text: str) -> str:
    """A cell's text for a sentence: short, so that no name or story travels in a reason."""
    return text if len(text) <= 12 else text[:11] + "…"
