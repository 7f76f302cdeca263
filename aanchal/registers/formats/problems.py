"""Problems of registers and lists of pupils: their sentences, and what the sender said beforehand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from aanchal.lib.tabular.problems import Problem, ProblemList, Value

from .sentences import SENTENCES


class Question(NamedTuple):
    """What the reader could not know: both readings, and what waits until a person says which.

    `about` and `choices` are drawn from the file: a mark and what it may stand for, the two months a
    title may mean. `rows` are the rows it touches. `holds` is "page" where nothing of the page may go
    in before it is answered, "cells" where only the marks in question are left out. An answer to a
    `lasting` question is of the form and not of the month, and is remembered.
    """

    code: str
    about: str
    choices: tuple[str, ...]
    template: str
    params: dict[str, Value] = {}
    rows: tuple[int, ...] = ()
    lasting: bool = False
    holds: str = "page"
    sheet: str | None = None

    @property
    def key(self) -> str:
        """What an answer is kept under."""
        return answer_key(self.code, self.about)

    @property
    def reason(self) -> str:
        return self.template % self.params


def answer_key(code: str, about: str) -> str:
    """The key of an answer: the same question asked of the same words."""
    return f"{code}:{about}"


@dataclass(frozen=True, slots=True)
class Hints:
    """What the user said about the file. It fills silence; it never overrules the file.

    `school` is a UDISE code, `grade` as people write it ("VI", "6", "छठी"), `month` is "YYYY-MM".
    `answers` are those given to this file's questions; `remembered` those given for other files of
    the same sender, by the form of their headings.
    """

    school: str | None = None
    grade: str | None = None
    section: str | None = None
    month: str | None = None
    answers: dict[str, str] = field(default_factory=dict)
    remembered: dict[str, dict[str, str]] = field(default_factory=dict)


MAX_ROWS = 50  # rows named in one question


class Problems(ProblemList):
    """A bounded list of problems, each added by its code in `sentences`.

    Beside the problems it keeps what was `assumed` without certainty and the questions `asked`;
    `answers` are those already given, by the key of their question.
    """

    def __init__(self, most: int, answers: Mapping[str, str] | None = None) -> None:
        super().__init__(SENTENCES, most)
        self.answers = answers or {}
        self.assumed: list[Problem] = []
        self.asked: dict[str, Question] = {}

    def assume(self, row: int | None, column: str | None, code: str, /, **params: Value) -> None:
        """Note a reading taken without certainty, once."""
        found = Problem(row, column, code, SENTENCES[code], params)
        if len(self.assumed) < self.most and found not in self.assumed:
            self.assumed.append(found)

    def choose(
        self,
        code: str,
        about: str,
        choices: Sequence[str],
        *,
        rows: Sequence[int] = (),
        lasting: bool = False,
        holds: str = "page",
        **params: Value,
    ) -> str | None:
        """The choice a person made for this question; where none did, it is asked and None returned."""
        said = self.answers.get(answer_key(code, about))
        if said in choices:
            return said
        asked = Question(
            code, about, tuple(choices), SENTENCES[code], {"about": about, **params},
            tuple(rows[:MAX_ROWS]), lasting, holds,
        )  # fmt: skip
        held = self.asked.get(asked.key)
        if held is not None:
            asked = held._replace(rows=tuple(sorted({*held.rows, *asked.rows})[:MAX_ROWS]))
        if held is not None or len(self.asked) < self.most:
            self.asked[asked.key] = asked
        return None
