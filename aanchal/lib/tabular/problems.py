"""What a reader of files says when something is not as it should be.

Two kinds of word: a `Problem` is about one cell, row or page, and never stops the good rows;
`Unreadable` refuses the whole file, with one sentence that says what to do. Both keep the sentence
and its numbers apart, so that it can be said in the reader's language.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from aanchal.lib.sentences import N_

Value = str | int | float

MORE = N_("There are %(count)d more such places. Correct these first and send the file again.")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to look at, placed as the user's own spreadsheet or editor shows it.

    Neither the template nor its parameters ever hold a child's name.

    Attributes:
        row: line of the file, the first being 1; None when the matter is not in one line.
        column: the column's letter ("F") in a register, its heading in a list; None when no single
            cell is meant.
        code: stable key of the kind of problem, for counting and for tests.
        template: English sentence with `%(name)s` places, marked for translation.
        params: plain values for the template; numbers stay numbers.
        sheet: name of the sheet, in a file of several.
        left_out: True when the line did not go in and waits for repair; False when it went in, or
            what is told is about no line of its own.
        raw: the line as read, by heading, so that it can be repaired without the file; None when
            nothing of it is kept.
    """

    row: int | None
    column: str | None
    code: str
    template: str
    params: Mapping[str, Value] = field(default_factory=dict)
    sheet: str | None = None
    left_out: bool = False
    raw: Mapping[str, str] | None = None

    @property
    def reason(self) -> str:
        """The problem in English, for the command line and for tests."""
        return self.template % dict(self.params)

    def with_raw(self, raw: Mapping[str, str]) -> "Problem":
        """The same problem together with its line."""
        return replace(self, raw=raw)

    def with_sheet(self, sheet: str | None) -> "Problem":
        """The same problem, said to be on this sheet."""
        return replace(self, sheet=sheet)


class Unreadable(ValueError):
    """The file as a whole cannot be read; the sentence says what to do."""

    def __init__(self, code: str, template: str, **params: Value) -> None:
        super().__init__(template % params)
        self.code = code
        self.template = template
        self.params = params

    @property
    def problem(self) -> Problem:
        """The refusal as one more line in a list of problems."""
        return Problem(None, None, self.code, self.template, self.params, left_out=True)


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


class ProblemList:
    """A list of problems that cannot grow without end: past `most`, the rest are only counted.

    Args:
        sentences: the sentence of each code.
        most: how many are kept.
    """

    def __init__(self, sentences: Mapping[str, str], most: int) -> None:
        self.sentences = sentences
        self.most = most
        self.kept: list[Problem] = []
        self.more = 0

    def add(self, row: int | None, column: str | None, code: str, /, **params: Value) -> None:
        """Note a problem under its code; places are as the user sees them."""
        if len(self.kept) < self.most:
            self.kept.append(Problem(row, column, code, self.sentences[code], params))
        else:
            self.more += 1

    def close(self) -> list[Problem]:
        """All problems kept, and one more that counts those left out."""
        if not self.more:
            return self.kept
        return [*self.kept, Problem(None, None, "more", MORE, {"count": self.more})]
