"""What is wrong with a line of a file, said so that a person can repair it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

Param = str | int | float
SHOWN = 40  # letters of a cell that a sentence repeats


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing a person should look at in a file.

    The template and its parameters stay apart so that the sentence can be shown in the
    reader's language: translate `template`, then fill in `params`.

    Attributes:
        row: line in the file as an editor shows it, the first being 1; None when the whole
            file is meant.
        column: the column's heading as the file writes it; None when no single cell is meant.
        code: stable key of the kind of problem, for counting and for tests.
        template: English sentence with `%(name)s` places, marked for translation.
        params: plain values for the template; numbers stay numbers.
        left_out: True when the line did not go in and waits for repair; False when it went
            in without the doubtful value.
        raw: the line as read, by heading, so that it can be repaired without the file; None
            when nothing of it could be read.
    """

    row: int | None
    column: str | None
    code: str
    template: str
    params: Mapping[str, Param] = field(default_factory=dict)
    left_out: bool = True
    raw: Mapping[str, str] | None = None

    @property
    def reason(self) -> str:
        """The problem in English, for the command line and for tests."""
        return self.template % dict(self.params)

    def with_raw(self, raw: Mapping[str, str]) -> "Problem":
        """The same problem together with its line."""
        return replace(self, raw=raw)


class UnreadableFile(Exception):
    """The file as a whole cannot be read; nothing of it was used.

    Attributes:
        problem: the reason.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.reason)
        self.problem = problem


def shown(text: str) -> str:
    """A cell as a sentence may repeat it: one line, not long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= SHOWN else flat[: SHOWN - 1] + "…"
