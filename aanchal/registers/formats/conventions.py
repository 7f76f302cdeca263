"""How a page writes its marks: its key, its sums, what a person answered, and what must be asked."""

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from aanchal.lib.indic.folding import fold
from aanchal.lib.marks import Mark
from aanchal.lib.tabular.texts import quoted

from .letter_l import RowsOf
from .marks import CHOICES, Convention, Sense, convention_of, legend_in, without_points
from .problems import Problems, answer_key

OF_MARK = {
    Mark.NOT_TAKEN: Sense.DASH,
    Mark.PRESENT: Sense.PRESENT,
    Mark.ABSENT: Sense.ABSENT,
    Mark.LEAVE: Sense.LEAVE,
    Mark.HOLIDAY: Sense.HOLIDAY,
    Mark.LATE: Sense.LATE,
}
# Programs that give points for each mark ("L (1/2)") write late and excused by these letters.
_KEY_OF_POINTS = {"l": Mark.LATE, "e": Mark.LEAVE}
_SHUT = (Sense.OFF, Sense.OFF_LETTER)
_OF_ABSENCES = re.compile(
    fold(
        r"absentees?(?![a-z])|absence (?:register|sheet|list|record)|absent (?:register|list|students?|pupils?|"
        r"children|sheet)|(?:list|register|record|sheet) of (?:absent|absence)|mark (?:only )?absent|"
        r"अनुपस्थित[िी]?\s*(?:पंजी|सूची|रजिस्टर|विवरण|छात्र|विद्यार्थी|बच्च)|गैर ?हाजिर[िी]?\s*(?:पंजी|सूची|रजिस्टर)|"
        r"অনুপস্থিত(?:ির|দের)?\s*(?:তালিকা|খাতা|রেজিস্টার|নাম|ছাত্র)|গরহাজির\S*\s*(?:তালিকা|খাতা)"
    )
)


def is_of_absences(folded_title: str) -> bool:
    """True where a register calls itself one of absences, so that a bare sign means who did not come."""
    return _OF_ABSENCES.search(folded_title) is not None


def tells_of_marks(line: str) -> bool:
    """True for a line that says what marks stand for: a key, or the name of a register of absences."""
    return bool(legend_in(line)) or is_of_absences(fold(line))


def apply_key(
    key: Mapping[str, Mark],
    texts: Sequence[str],
    senses: list[Sense],
    problems: Problems,
) -> None:
    """Give each cell the sense that the key, or a person, says."""
    pointed = [without_points(text) for text in texts]
    if pointed != list(texts):
        key = {**_KEY_OF_POINTS, **key}
    for number, text in enumerate(texts):
        if not number:
            continue
        mark = key.get(fold(pointed[number]).strip(".'\"") or text)
        said = problems.answers.get(answer_key("what_is_mark", quoted(text)))
        if said in CHOICES:
            mark = CHOICES[said]
        if mark is not None and not (mark is Mark.HOLIDAY and senses[number] in _SHUT):
            senses[number] = OF_MARK[mark]


class TellsOfSums(Protocol):
    """What the sums beside the children say of the marks: see `sums.Tally`."""

    def ones(self) -> str | None: ...

    def are_turned(self, convention: Convention) -> bool: ...


def settle_convention(
    counts: Mapping[Sense, int],
    title: str,
    texts: Sequence[str],
    senses: Sequence[Sense],
    problems: Problems,
    sums: TellsOfSums | None = None,
    rows_of: RowsOf = lambda _: (),
) -> Convention:
    """The page's convention, its open questions asked and those answered settled.

    Args:
        rows_of: the rows in which marks of these numbers stand.
    """
    found = convention_of(counts, of_absences=is_of_absences(title))
    for sense, code in found.assumed.items():
        problems.assume(None, None, code, text=_text_of(sense, texts, senses))
    for sense, code in found.questions.items():
        text = _text_of(sense, texts, senses)
        numbers = [n for n, s in enumerate(senses) if s in _TOGETHER.get(sense, (sense,))]
        if sense is Sense.ONE:
            said = sums.ones() if sums else None
            if said:
                problems.assume(None, None, f"ones_{said}_by_sums", text=text)
            else:
                said = problems.choose(
                    code, text, ("present", "absent"), rows=rows_of(numbers), lasting=True
                )
            if said:
                found.marks[Sense.ONE] = CHOICES[said]
                found.marks[Sense.ZERO] = Mark.ABSENT if said == "present" else Mark.PRESENT
            else:
                found.waiting |= {Sense.ONE, Sense.ZERO}
            continue
        choices = ("absent", "present", "no mark")
        said = problems.choose(
            code, text, choices, rows=rows_of(numbers), lasting=True, holds="cells"
        )
        if said:
            found.marks[sense] = CHOICES[said]
        else:
            found.waiting.add(sense)
    if sums and sums.are_turned(found):
        said = problems.choose(
            "sums_turned", "present / absent", ("as the sums say", "as read"), lasting=True
        )
        if said == "as the sums say":
            opposite = {
                Mark.PRESENT: Mark.ABSENT,
                Mark.LATE: Mark.ABSENT,
                Mark.ABSENT: Mark.PRESENT,
            }
            found.marks = {s: opposite.get(mark, mark) for s, mark in found.marks.items()}
    return found


# Noughts wait with the ones: both are turned by the answer.
_TOGETHER = {Sense.ONE: (Sense.ONE, Sense.ZERO)}


def _text_of(sense: Sense, texts: Sequence[str], senses: Sequence[Sense]) -> str:
    """The sign as the file writes it."""
    found = (texts[n] for n, s in enumerate(senses) if s is sense and n < len(texts))
    return quoted(next(found, ""))
