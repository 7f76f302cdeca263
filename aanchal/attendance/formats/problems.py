"""Problems of registers and lists of pupils: their sentences, and what the sender said beforehand."""

from dataclasses import dataclass

from aanchal.lib.tabular.problems import ProblemList

from .sentences import SENTENCES


@dataclass(frozen=True, slots=True)
class Hints:
    """What the user said about the file. It fills silence; it never overrules the file.

    `school` is a UDISE code, `grade` as people write it ("VI", "6", "छठी"), `month` is "YYYY-MM".
    """

    school: str | None = None
    grade: str | None = None
    section: str | None = None
    month: str | None = None


class Problems(ProblemList):
    """A bounded list of problems, each added by its code in `sentences`."""

    def __init__(self, most: int) -> None:
        super().__init__(SENTENCES, most)
