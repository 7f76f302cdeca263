"""What a reader of files says when something is not as it should be.

Two kinds of word: a `Problem` is about one cell, row or page, and never stops the good rows;
`Unreadable` refuses the whole file, with one sentence that says what to do. Both keep the sentence
and its numbers apart, so that it can be said in the reader's language.
"""

from dataclasses import dataclass
from typing import NamedTuple

from .sentences import SENTENCES

Value = str | int


class Problem(NamedTuple):
    """One thing to look at, placed as the user's own spreadsheet shows it.

    `row` counts from 1 and `column` is a letter ("F"); either is None when the matter is not in one
    place. `template` is an English sentence marked for translation, filled from `params`; neither
    ever holds a child's name.
    """

    row: int | None
    column: str | None
    code: str
    template: str
    params: dict[str, Value] = {}
    sheet: str | None = None

    @property
    def reason(self) -> str:
        return self.template % self.params


class Unreadable(ValueError):
    """The file as a whole cannot be read; the sentence says what to do."""

    def __init__(self, code: str, template: str, **params: Value) -> None:
        super().__init__(template % params)
        self.code = code
        self.template = template
        self.params = params


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may be before it is refused.

    Bytes are counted as they come off the disk or out of the archive, never as a header declares
    them. `pupils` bounds memory for a long form, where a class may continue on the last line.
    """

    sheet_bytes: int = 20 * 2**20
    text_bytes: int = 100 * 2**20
    expanded_bytes: int = 128 * 2**20
    expanded_ratio: int = 200
    entries: int = 2_000
    sheets: int = 200
    rows: int = 200_000
    text_rows: int = 10_000_000
    columns: int = 400
    cells: int = 5_000_000
    line_chars: int = 50_000
    pupils: int = 300_000
    pages: int = 20_000
    problems: int = 200


@dataclass(frozen=True, slots=True)
class Hints:
    """What the user said about the file. It fills silence; it never overrules the file.

    `school` is a UDISE code, `grade` as people write it ("VI", "6", "छठी"), `month` is "YYYY-MM".
    """

    school: str | None = None
    grade: str | None = None
    section: str | None = None
    month: str | None = None


class Problems:
    """A list of problems that cannot grow without end: past `most`, the rest are only counted."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.kept: list[Problem] = []
        self.more = 0

    def add(self, row: int | None, column: str | None, code: str, /, **params: Value) -> None:
        """Note a problem under its code in `sentences`; places are as the user sees them."""
        if len(self.kept) < self.most:
            self.kept.append(Problem(row, column, code, SENTENCES[code], params))
        else:
            self.more += 1

    def close(self) -> list[Problem]:
        """All problems kept, and one more that counts those left out."""
        if not self.more:
            return self.kept
        return [*self.kept, Problem(None, None, "more", SENTENCES["more"], {"count": self.more})]
