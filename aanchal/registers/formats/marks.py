"""What a cell of a register says about one child on one day.

A mark is read twice. First each cell's text is given a `Sense` by itself; then the page decides what
the doubtful ones stand for (`Convention`): 0 means absent only where 1 means present, a dot means
present only where nothing else does, H means holiday unless the page's own legend says half day.

Choices, said once:

- A child who came late was in school: present, and kept as late. One who came for half the day was present.
- `L` is leave unless the page's key, its sums or a person say late.
- Excused is leave: asked for, and granted.
- छुट्टी / ছুটি / अवकाश beside one child is leave; over a whole class it is a holiday.
- A dash is no mark; a dot or a stroke is a presence where nothing else is, otherwise no mark.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from itertools import pairwise

from aanchal.lib.indic.folding import START, fold
from aanchal.lib.marks import Mark
from aanchal.lib.tabular.texts import Cell, shown


class Sense(Enum):
    """What a cell's text says before its page is known."""

    BLANK = "blank"
    PRESENT = "present"
    LATE = "late"
    ABSENT = "absent"
    LEAVE = "leave"
    HOLIDAY = "holiday"
    HOLIDAY_LETTER = "h"  # holiday, or half day where the legend says so
    LEAVE_LETTER = "l"  # leave, or late where the legend says so
    LEAVE_OR_HOLIDAY = "time off"  # छुट्टी: leave for one child, holiday for a class
    OFF = "weekly off"  # Sunday, रवि, বন্ধ: the school was shut
    OFF_LETTER = "s"  # Sunday in a Sunday's column; unclear elsewhere
    ONE = "1"
    ZERO = "0"
    TICK = "tick"
    CROSS = "x"
    DOT = "."
    DASH = "-"
    UNKNOWN = "unknown"


_WORDS: dict[Sense, str] = {
    Sense.PRESENT: "p|pr|pre|prs|prst|prsnt|prsent|presant|present|pres|p1|pp|p/p|p p|yes|y|"
    "half day|halfday|half|hd|1/2|1⁄2|0.5|od|on duty|in|"
    "उ|उप|उपस्थित|उपस्थिति|उपस्थीत|हाजिर|हाज़िर|हा|हाँ|पी|प्रेजेंट|प|आधा दिन|"
    "উ|উপ|উপঃ|উপস্থিত|হা|হাঃ|হাজির|হাজিরা|হ্যাঁ|হাঁ|পি|প|প্রেজেন্ট|অর্ধ দিবস|অর্ধদিবস|হাফ ডে",
    Sense.LATE: "late|lt|late present|present late|late coming|came late|tardy|विलंब|विलम्ब|देर|देर से|लेट|"
    "বিলম্ব|দেরি|দেরিতে|লেট",
    Sense.ABSENT: "absent unexcused|unexcused|a|ab|abs|abst|absnt|abset|absent|abesent|absend|aa|a/a|a a|no|n|not present|"
    "अ|अनु|अनुप|अनुपस्थित|अनुपस्थीत|अनुपस्थिति|गैरहाजिर|गैर हाजिर|गैरहाज़िर|गै|नहीं|ए|एब्सेंट|एबी|"
    "অ|অনু|অনুঃ|অনুপ|অনুপস্থিত|গরহাজির|গর হাজির|গঃ|গ|গহা|না|এ|এবসেন্ট|অ্যাবসেন্ট",
    Sense.LEAVE: "leave|lv|on leave|ml|cl|sl|pl|el|medical|medical leave|sick|sick leave|ill|illness|"
    "leave granted|excused|excused absence|absent excused|absent (excused)|excused absent|authorised absence|casual leave|application|appl|"
    "बीमार|रोग|बी|अवकाश पर|छुट्टी पर|आवेदन|बीमारी|"
    "অসুস্থ|ছুটিতে|অসুখ|আবেদন",
    Sense.LEAVE_LETTER: "l|ल|এল|ল",
    Sense.HOLIDAY: "holiday|holidays|hol|hol.|hday|h/d|hld|public holiday|gazetted holiday|national holiday|nh|ph|lh|"
    "vacation|summer vacation|winter vacation|puja vacation|local holiday|gh|rh|"
    "सार्वजनिक अवकाश|राजपत्रित अवकाश|ग्रीष्मावकाश|ग्रीष्म अवकाश|शीतावकाश|शीतकालीन अवकाश|हॉलिडे|होलीडे|"
    "सरकारी छुट्टी|सरकारि छुट्टी|"
    "সরকারি ছুটি|গ্রীষ্মের ছুটি|গ্রীষ্মাবকাশ|পূজার ছুটি|পুজোর ছুটি|শীতের ছুটি|হলিডে|সাধারণ ছুটি",
    Sense.HOLIDAY_LETTER: "h|ह|एच|এইচ",
    Sense.LEAVE_OR_HOLIDAY: "छु|छुट्टी|छुट्|अव|अवकाश|अ.व.|ছু|ছুঃ|ছুটি|অবকাশ|অব",
    Sense.OFF: "sun|sunday|su|weekly off|weekly holiday|wo|wh|w/o|w.o|off|closed|close|school closed|"
    "no school|nwd|non working day|non-working day|saturday|sat|friday|fri|2nd saturday|2nd sat|"
    "second saturday|रवि|रविवार|र|इतवार|बंद|बन्द|विद्यालय बंद|साप्ताहिक अवकाश|सा.अ|साअ|सा अ|शुक्रवार|शुक्र|"
    "शनि|शनिवार|रविवारीय अवकाश|रवि अवकाश|"
    "রবি|রবিবার|র|বন্ধ|বিদ্যালয় বন্ধ|স্কুল বন্ধ|সাপ্তাহিক ছুটি|সা.ছু|সাছু|শুক্র|শুক্রবার|শনি|শনিবার|জুম্মা",
    Sense.OFF_LETTER: "s|f|w|o",
    Sense.ONE: "1|1.0|01|true",
    Sense.ZERO: "0|0.0|00|false",
    Sense.TICK: "✓|✔|√|☑|✅|🗸|ü|þ|✓✓|☑️|tick",
    Sense.CROSS: "x|✗|✘|×|✕|✖|❌|❎|☒|☓|🗴|🗙|û|ý|xx|х|cross",
    Sense.DOT: "/|//|।|\\|.|•|●|·|∙|⚫|◦|*",
    Sense.DASH: "-|--|---|–|—|−|_|__|nil|na|n/a|n.a|n a",
}
SENSES: dict[str, Sense] = {}
for _sense, _words in _WORDS.items():
    for _word in _words.split("|"):
        SENSES.setdefault(fold(_word).strip(".:ঃ ()") or fold(_word), _sense)

# Names of days for which schools close; matched inside longer text ("Holi Holiday", "ईद की छुट्टी").
_CLOSURE = re.compile(
    "|".join(
        fold(word)
        for word in "holiday|vacation|closed|sunday|holi|diwali|deepawali|dipawali|dussehra|dashahara|puja|"
        "pooja|eid|muharram|moharram|bakrid|christmas|chhath|chath|independence day|republic day|"
        "r day|gandhi jayanti|jayanti|good friday|raksha bandhan|rakhi|janmashtami|rath yatra|ratha|election|"
        "flood|heat ?wave|strike|bandh|census|15 august|26 january|पूजा|होली|दीपावली|दिवाली|ईद|मुहर्रम|"
        "मोहर्रम|बकरीद|छठ|दशहरा|स्वतंत्रता दिवस|गणतंत्र दिवस|गाँधी जयंती|गांधी जयंती|जयंती|रक्षाबंधन|"
        "रक्षा बंधन|जन्माष्टमी|अवकाश|छुट्टी|बंद|रविवार|चुनाव|बाढ़|क्रिसमस|"
        "পূজা|পুজো|পুজা|ঈদ|ইদ|মহরম|বড়দিন|স্বাধীনতা দিবস|প্রজাতন্ত্র দিবস|জয়ন্তী|রথযাত্রা|ছুটি|বন্ধ|রবিবার|"
        "অবকাশ|দীপাবলি|কালীপূজা|জন্মাষ্টমী|দোল|বন্যা|নির্বাচন".split("|")
    )
)


def without_points(text: str) -> str:
    """A mark without the points that some programs write after it: "P (2/2)"."""
    found = _POINTS.match(text) if text[-1:] == ")" else None
    return found[1] if found else text


_POINTS = re.compile(r"(.*?)\s*\(\d+(?:\.\d+)?/\d+(?:\.\d+)?\)$")


@lru_cache(maxsize=16_384)
def _sense_of_text(text: str) -> Sense:
    word = fold(text)
    if word in SENSES:
        return SENSES[word]
    word = without_points(word)
    bare = word.strip(".:ঃ ()[]'\"`,")
    if bare[-1:] == "0" and bare[-2:-1] > "\u08ff":
        bare = bare[:-1]  # the digit ० typed for the sign of abbreviation: रवि०
    if not bare:
        return SENSES.get(word[:1], Sense.BLANK) if word else Sense.BLANK
    return (
        SENSES.get(bare)
        or SENSES.get(bare.replace("_", " "))
        or SENSES.get(bare.replace(".", "").replace(" ", ""))
        or Sense.UNKNOWN
    )


def sense_of(cell: Cell) -> Sense:
    """What one cell says by itself."""
    text = shown(cell)
    return _sense_of_text(text) if len(text) <= 40 else Sense.UNKNOWN


def names_a_closure(text: str) -> bool:
    """True for words that shut a school: "Durga Puja", "रविवार", "Summer vacation"."""
    return _names_a_closure(text[:80])


@lru_cache(maxsize=4_096)
def _names_a_closure(text: str) -> bool:
    sense = _sense_of_text(text)
    if sense in (Sense.OFF, Sense.HOLIDAY):
        return True
    if sense is Sense.LEAVE_OR_HOLIDAY:
        return len(fold(text).strip(". ")) > 2
    return len(text) > 2 and _CLOSURE.search(fold(text)) is not None


_SPELLED = tuple(
    fold(word)
    for word in "sunday saturday friday holiday holidays vacation closed weeklyoff रविवार शुक्रवार अवकाश छुट्टी "
    "साप्ताहिकअवकाश রবিবার শুক্রবার ছুটি বন্ধ সাপ্তাহিকছুটি sun रवि রবি".split()
)


def spells_a_closure(letters: list[str]) -> bool:
    """True when cells, read down a column, spell a closing word such as S-U-N-D-A-Y.

    Its letters are also marks (A, L, H), so this is asked before any of them is counted. The word
    may be repeated, or cut off by a class with fewer pupils than letters.
    """
    if len(letters) < 2 or max(map(len, letters)) > 4:
        return False
    text = "".join(fold(letter).strip(". ") for letter in letters)
    if len(text) < 3 or len(set(text)) < 2:
        return False
    for word in _SPELLED:
        if word.startswith(text) and len(text) >= 3:
            return True
        if text.startswith(word) and (word * (len(text) // len(word) + 1)).startswith(text):
            return True
    return False


@dataclass(slots=True)
class Convention:
    """How one page writes its marks; built from all its cells and its legend.

    `questions` are the senses for which two readings fit; their cells are left out until a person
    says. `assumed` are those settled by weighing, to be said to the user. `waiting` are those asked
    about and not answered yet.
    """

    one_zero: bool = False
    marks: dict[Sense, Mark] = field(default_factory=dict)
    questions: dict[Sense, str] = field(default_factory=dict)  # sense -> code of the question
    assumed: dict[Sense, str] = field(default_factory=dict)
    waiting: set[Sense] = field(default_factory=set)


_CERTAIN = {
    Sense.BLANK: Mark.NOT_TAKEN,
    Sense.DASH: Mark.NOT_TAKEN,
    Sense.PRESENT: Mark.PRESENT,
    Sense.LATE: Mark.LATE,
    Sense.TICK: Mark.PRESENT,
    Sense.ONE: Mark.PRESENT,
    Sense.ABSENT: Mark.ABSENT,
    Sense.LEAVE: Mark.LEAVE,
    Sense.LEAVE_LETTER: Mark.LEAVE,
    Sense.LEAVE_OR_HOLIDAY: Mark.LEAVE,
    Sense.HOLIDAY: Mark.HOLIDAY,
    Sense.HOLIDAY_LETTER: Mark.HOLIDAY,
}


# What a doubtful sign may stand for, as a question gives them.
CHOICES = {
    "present": Mark.PRESENT,
    "absent": Mark.ABSENT,
    "late": Mark.LATE,
    "leave": Mark.LEAVE,
    "holiday": Mark.HOLIDAY,
    "no mark": Mark.NOT_TAKEN,
}
_FEW = 0.4  # presences to one cross; with fewer, a cross may as well mean that a child came


def convention_of(counts: Mapping[Sense, int], *, of_absences: bool = False) -> Convention:
    """Settle what the doubtful marks of a page stand for, from how often each sense occurs.

    Senses left out of `marks` (a 0 beside P and A, an unknown word) are unreadable.

    Args:
        counts: how often each sense occurs on the page.
        of_absences: the page calls itself a register of absences, so that a bare sign (1, x, a
            tick) is set for who did not come.
    """
    seen = {sense for sense, count in counts.items() if count}
    found = Convention(marks=dict(_CERTAIN))
    presents = seen & {Sense.PRESENT, Sense.TICK, Sense.LATE}
    letters = seen & {Sense.PRESENT, Sense.ABSENT}
    if Sense.ONE in seen and presents:
        # 1 among P: a slip of the finger or a count, not this page's way of writing.
        del found.marks[Sense.ONE]
    found.one_zero = Sense.ZERO in seen and not presents and Sense.ONE in seen
    if found.one_zero:
        found.marks[Sense.ZERO] = Mark.ABSENT
        if of_absences and not letters:
            found.marks[Sense.ZERO], found.marks[Sense.ONE] = Mark.PRESENT, Mark.ABSENT
            found.assumed[Sense.ONE] = "ones_are_absences"
        elif counts[Sense.ZERO] > counts[Sense.ONE]:
            found.questions[Sense.ONE] = "ones_or_noughts"
    elif Sense.ZERO in seen and seen <= {Sense.ZERO, Sense.BLANK, Sense.DASH}:
        found.questions[Sense.ZERO] = "zero_alone"
    elif Sense.ONE in seen and of_absences and not letters:
        found.marks[Sense.ONE] = Mark.ABSENT
        found.assumed[Sense.ONE] = "ones_are_absences"
    if of_absences and Sense.TICK in seen and not letters and Sense.CROSS not in seen:
        found.questions[Sense.TICK] = "sign_unclear"
    if Sense.CROSS in seen:
        _settle_cross(found, counts, seen, presents, of_absences=of_absences)
    if Sense.DOT in seen:
        found.marks[Sense.DOT] = Mark.NOT_TAKEN
        if not presents and Sense.ONE not in seen and Sense.ABSENT in seen:
            if counts[Sense.DOT] > counts[Sense.ABSENT]:
                found.marks[Sense.DOT] = Mark.PRESENT
                found.assumed[Sense.DOT] = "dot_as_present"
            else:
                found.questions[Sense.DOT] = "sign_unclear"
        elif seen & CHILDS:
            found.assumed[Sense.DOT] = "dot_no_mark"
        else:
            found.questions[Sense.DOT] = "sign_unclear"
    for sense in found.questions:
        found.marks[sense] = Mark.NOT_TAKEN
        if sense is Sense.ONE:
            found.marks[Sense.ZERO] = Mark.NOT_TAKEN
    return found


CHILDS = frozenset(
    (Sense.PRESENT, Sense.LATE, Sense.TICK, Sense.ONE, Sense.ABSENT, Sense.ZERO, Sense.CROSS)
)


def _settle_cross(
    found: Convention,
    counts: Mapping[Sense, int],
    seen: set[Sense],
    presents: set[Sense],
    *,
    of_absences: bool,
) -> None:
    """X is an absence beside P or a tick; alone or beside A it may as well be a presence."""
    found.marks[Sense.CROSS] = Mark.ABSENT
    if Sense.ABSENT in seen and Sense.PRESENT not in seen:
        found.questions[Sense.CROSS] = "cross_beside_absent"
    elif Sense.ABSENT in seen:
        found.assumed[Sense.CROSS] = "cross_as_absent"
    elif (not presents and Sense.ONE not in seen and not of_absences) or (
        presents and _FEW * counts[Sense.CROSS] > sum(counts[p] for p in presents)
    ):
        found.questions[Sense.CROSS] = "sign_unclear"


_MEANINGS = "|".join(
    f"(?P<{name}>{'|'.join(fold(word) for word in words.split('|'))})"
    for name, words in {
        "half": "half ?day|half|आधा|अर्ध|অর্ধ|হাফ",
        "late": r"(?:present\W{0,3})?(?:late|tardy)|देर|विलंब|দেরি|বিলম্ব|लेट|লেট",
        "excused": r"(?:absent|absence)?\W{0,3}excused",
        "untaken": r"not (?:marked|taken|entered|recorded)|no class|blank",
        "absent": r"absent|unexcused|did not come|अनुपस्थित|गैर ?हाजिर|অনুপস্থিত|গরহাজির",
        "present": "present|on duty|came|उपस्थित|हाजिर|উপস্থিত|হাজির",
        "leave": "ছুটিতে|on leave|leave|sick|medical|अवकाश पर|छुट्टी पर|आवेदन|बीमार|আবেদন|অসুস্থ",
        "holiday": "holiday|vacation|weekly off|sunday|छुट्टी|अवकाश|ছুটি|বন্ধ",
    }.items()
)
_LEGEND = re.compile(
    r"(?<![^\s,;/(¦|])(?P<mark>[^\s=:\-–,;/()¦|]{1,4}|[-–./](?=\s*[=:]))"
    rf"\s*(?:[=:\-–→>()¦]|means|stands for|is|यानी|का अर्थ|মানে)+\s*(?:{_MEANINGS})"
)
_EMPTY_MEANS = re.compile(
    START + "(?:" + fold("blank|empty|खाली|रिक्त|ফাঁকা|খালি") + ")"
    rf"(?:\s(?:cell|box))?\s*[=:→]+\s*(?:{_MEANINGS})"
)
_MEANING_MARKS = {
    "half": Mark.PRESENT,
    "late": Mark.LATE,
    "excused": Mark.LEAVE,
    "untaken": Mark.NOT_TAKEN,
    "absent": Mark.ABSENT,
    "present": Mark.PRESENT,
    "leave": Mark.LEAVE,
    "holiday": Mark.HOLIDAY,
}


def legend_in(text: str) -> dict[str, Mark]:
    """Read a page's own key ("P = Present, L = Late"): folded mark -> what it stands for.

    Only pairs whose meaning is a known word count, so a title such as "Section - A" gives nothing.
    """
    found = {}
    if empty := _EMPTY_MEANS.search(fold(text)):
        meaning = next(name for name, words in empty.groupdict().items() if words)
        found[""] = _MEANING_MARKS[meaning]
    for pair in _LEGEND.finditer(fold(text)):
        meaning = next(name for name, words in pair.groupdict().items() if words and name != "mark")
        mark = pair["mark"].strip(".'\"") or pair["mark"]
        if _MEANING.match(mark) and not _SAYS.search(pair[0]):
            continue  # two cells beside each other that are marks themselves: "Late", "Absent"
        found[mark] = _MEANING_MARKS[meaning]
    return found


_MEANING = re.compile(rf"(?:{_MEANINGS})")
_SAYS = re.compile(r"[=:→]|means|stands for|\bis\b|यानी|का अर्थ|মানে")
_WEEKDAY_NAME = re.compile(fold("sunday|रविवार|রবিবার"))  # a mark beside Sunday's word is no key


def key_in(cells: Sequence[Cell]) -> dict[str, Mark]:
    """A key of marks in the cells of a row: each mark in a cell, what it means in the next."""
    found: dict[str, Mark] = {}
    for cell, beside in pairwise(cells):
        if not isinstance(cell, str) or not isinstance(beside, str):
            continue
        mark, said = fold(cell).strip(" .'\"=:-–→()"), fold(beside).strip(" =:-–→()")
        if not 0 < len(mark) <= 4 or not 4 <= len(said) <= 40:
            continue
        if _MEANING.match(mark):
            continue  # two words that are marks themselves: "Late", "Absent"
        meaning = _MEANING.match(said)
        if meaning and not _WEEKDAY_NAME.match(said):
            name = next(name for name, words in meaning.groupdict().items() if words)
            found[mark] = _MEANING_MARKS[name]
    return found
