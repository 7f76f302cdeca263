"""How a page writes its marks: its key, its sums, what a person answered, and what must be asked."""

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from aanchal.lib.tabular.texts import fold, quoted

from .marks import CHOICES, Convention, Mark, Sense, convention_of, legend_in, without_points
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
_SUM_OF_LATE = re.compile(fold(r"late|विलंब|देर|দেরি|বিলম্ব"))
_SUM_OF_LEAVE = re.compile(fold(r"leave|excused|अवकाश|छुट्टी|ছুটি"))


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
    heads: Sequence[str],
    problems: Problems,
) -> None:
    """Give each cell the sense that the key, or a person, says; ask or note what L is without one."""
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
    letters = [n for n, sense in enumerate(senses) if sense is Sense.LEAVE_LETTER]
    if not letters:
        return
    text = texts[letters[0]]
    words = [fold(head) for head in heads]
    late = any(_SUM_OF_LATE.search(word) for word in words)
    leave = any(_SUM_OF_LEAVE.search(word) for word in words)
    sense = Sense.LEAVE_LETTER
    if late and leave:
        said = problems.choose(
            "letter_late_or_leave", text, ("leave", "late"), lasting=True, holds="cells"
        )
        sense = OF_MARK[CHOICES[said]] if said else Sense.DASH
    elif late:
        sense = Sense.LATE
        problems.assume(None, None, "letter_as_late", text=quoted(text))
    elif not leave:
        problems.assume(None, None, "letter_as_leave", text=quoted(text))
    for number in letters:
        senses[number] = sense


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
) -> Convention:
    """The page's convention, its open questions asked and those answered settled."""
    found = convention_of(counts, of_absences=is_of_absences(title))
    for sense, code in found.assumed.items():
        problems.assume(None, None, code, text=_text_of(sense, texts, senses))
    for sense, code in found.questions.items():
        text = _text_of(sense, texts, senses)
        if sense is Sense.ONE:
            said = sums.ones() if sums else None
            if said:
                problems.assume(None, None, f"ones_{said}_by_sums", text=text)
            else:
                said = problems.choose(code, text, ("present", "absent"), lasting=True)
            if said:
                found.marks[Sense.ONE] = CHOICES[said]
                found.marks[Sense.ZERO] = Mark.ABSENT if said == "present" else Mark.PRESENT
            continue
        choices = ("absent", "present", "no mark")
        said = problems.choose(code, text, choices, lasting=True, holds="cells")
        if said:
            found.marks[sense] = CHOICES[said]
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


def _text_of(sense: Sense, texts: Sequence[str], senses: Sequence[Sense]) -> str:
    """The sign as the file writes it."""
    found = (texts[n] for n, s in enumerate(senses) if s is sense and n < len(texts))
    return quoted(next(found, ""))
