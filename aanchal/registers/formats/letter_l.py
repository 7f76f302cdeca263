"""What L stands for where the key does not say: on leave, or late.

Most of our registers write L for leave, and one without any key is read so, and that is said. Where
something in the file makes late as likely, a person is asked: a key that explains other marks and not
this one was cut off; another sign is there for leave already; the words around the table tell of late
comers; or sums count both. The sums beside the children decide where they can.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Protocol

from aanchal.lib.indic.folding import fold
from aanchal.lib.marks import Mark
from aanchal.lib.tabular.texts import quoted

from .marks import Sense
from .problems import Problems, answer_key

RowsOf = Callable[[Iterable[int]], Sequence[int]]

_SUM_OF_LATE = re.compile(fold(r"(?<![a-z])late|विलंब|देर|দেরি|বিলম্ব"))
_SUM_SENSES = re.compile(fold(r"leave|excused|अवकाश|छुट्टी|ছুটি"))
# "Late" alone stands before the name of the dead, after whom schools are called.
_TELLS_OF_LATE = re.compile(
    fold(
        r"(?<![a-z])late[ -]?(?:com(?:er|ing)|arriv|mark|attend)|(?:came|come|coming) late|tardy|"
        r"देर से|विलंब से|লেট|দেরি(?:তে|\s)"
    )
)
_WORDS_SENSES = {
    fold(word) for word in "leave|lv|on leave|leave granted|छुट्टी पर|अवकाश पर|ছুটিতে".split("|")
}
_SENSES = {"leave": Sense.LEAVE, "late": Sense.LATE}
_CODES = ("letter_unexplained", "letter_late_or_leave")


class TellsOfLetters(Protocol):
    """What the sums beside the children say of L: see `sums.Tally`."""

    def letters(self) -> str | None: ...


def settle_letter(
    texts: Sequence[str],
    senses: list[Sense],
    key: Mapping[str, Mark],
    heads: Sequence[str],
    around: str,
    problems: Problems,
    *,
    used: Collection[int],
    sums: TellsOfLetters | None = None,
    rows_of: RowsOf = lambda _: (),
) -> bool:
    """Give every L that no key explains its sense; True where there was one.

    What heads of sums, the sums themselves and an answer given before say is followed, in that order;
    without them it is asked where the file gives a reason to doubt, and leave where it gives none.

    Args:
        heads: the heads of the table, in which sums of late or of leave are named.
        around: the folded text above the table.
        used: the numbers of the texts that stand on the page; a sheet may hold several.
        rows_of: the rows in which marks of these numbers stand.
    """
    letters = [n for n, s in enumerate(senses) if s is Sense.LEAVE_LETTER and n in used]
    if not letters:
        return False
    text = texts[letters[0]]
    words = [fold(head) for head in heads]
    late = any(_SUM_OF_LATE.search(word) for word in words)
    leave = any(_SUM_SENSES.search(word) for word in words)
    answers = (problems.answers.get(answer_key(code, text)) for code in _CODES)
    said = next((answer for answer in answers if answer in _SENSES), None)
    told = sums.letters() if sums else None
    if late is not leave:
        sense = Sense.LATE if late else Sense.LEAVE
        if late:
            problems.assume(None, None, "letter_as_late", text=quoted(text))
    elif told or said:
        sense = _SENSES[told or said or ""]
        if told == "late":
            problems.assume(None, None, "letter_as_late", text=quoted(text))
    elif late or is_doubtful([(texts[n], senses[n]) for n in used if n < len(texts)], key, around):
        code = _CODES[1] if late else _CODES[0]
        problems.choose(
            code, text, tuple(_SENSES), rows=rows_of(letters), lasting=True, holds="cells"
        )
        sense = Sense.DASH
    else:
        sense = Sense.LEAVE
        problems.assume(None, None, "letter_as_leave", text=quoted(text))
    for number in letters:
        senses[number] = sense
    return True


def is_doubtful(marks: Collection[tuple[str, Sense]], key: Mapping[str, Mark], around: str) -> bool:
    """True where the file gives a reason to take L for late; `marks` are those beside it."""
    if Mark.LATE in key.values():
        return False  # another sign is late, so L is none
    written = {fold(text).strip(_POINTS): sense for text, sense in marks if text}
    if any(mark in written for mark in key):
        return True  # the key goes on where this file ends
    if _TELLS_OF_LATE.search(around):
        return True
    if Sense.LATE in written.values():
        return False
    return any(s is Sense.LEAVE and text not in _WORDS_SENSES for text, s in written.items())


_POINTS = " .'\"()"
