"""Classes and sections as schools write them: VI, 6, ६, छठी, ষষ্ঠ, "Class 6 - A", Nursery."""

import re
from functools import lru_cache
from typing import NamedTuple

from aanchal.lib.indic.digits import ROMAN
from aanchal.lib.indic.folding import END, LETTER, START, fold

PRE = "pre"

_WORDS: dict[str, str] = {
    PRE: "nursery|nur|lkg|ukg|kg|l.k.g.|u.k.g.|k.g.|l.k.g|u.k.g|pre-primary|pre primary|"
    "preprimary|pp1|pp2|pre|balvatika|bal vatika|balvatika-3|anganwadi|नर्सरी|बालवाटिका|बाल वाटिका|"
    "पूर्व प्राथमिक|शिशु|আপার কেজি|নার্সারি|শিশু|প্রাক-প্রাথমিক|প্রাক প্রাথমিক|কেজি",
    "1": "one|first|पहली|पहला|प्रथम|एक|প্রথম",
    "2": "two|second|दूसरी|दूसरा|द्वितीय|दो|দ্বিতীয়",
    "3": "three|third|तीसरी|तीसरा|तृतीय|तीन|তৃতীয়",
    "4": "four|fourth|चौथी|चौथा|चतुर्थ|चार|চতুর্থ",
    "5": "five|fifth|पाँचवीं|पांचवी|पाँचवी|पंचम|पाँच|পঞ্চম",
    "6": "six|sixth|छठी|छठवीं|छठा|छटी|षष्ठ|षष्ठम|षष्टम|छह|ষষ্ঠ",
    "7": "seven|seventh|सातवीं|सातवाँ|सप्तम|सात|সপ্তম",
    "8": "eight|eighth|आठवीं|आठवाँ|अष्टम|आठ|অষ্টম",
    "9": "nine|ninth|नौवीं|नवीं|नवम|नौ|নবম",
    "10": "ten|tenth|दसवीं|दसवाँ|दशम|दस|দশম",
    "11": "eleven|eleventh|ग्यारहवीं|एकादश|একাদশ",
    "12": "twelve|twelfth|बारहवीं|द्वादश|দ্বাদশ",
}
GRADE_WORDS: dict[str, str] = {
    fold(word): grade for grade, words in _WORDS.items() for word in words.split("|")
}
GRADE_WORDS |= {roman.lower(): str(n) for n, roman in enumerate(ROMAN[:13]) if n}

_ORDINAL = r"(?:\s?(?:st|nd|rd|th|वि|वि?ं|विं|वां|वा|म|ठि|ষ্ঠ|ম|য|র্থ))?"
_VALUE = (
    "(?:"
    + "|".join(sorted(map(re.escape, GRADE_WORDS), key=len, reverse=True))
    + r"|(?:1[0-2]|0?[1-9])(?![\d.]\d))"
)
_SECTION_LETTER = r"(?:[a-h]|[कखगघअबसद]|[কখগঘ])"
_CLASS = r"(?:class|clas|std\.?|standard|grade|कक्षा|वर्ग|श्रेणि|শ্রেণি|ক্লাস)"
_SECTION = r"(?:section|sect|sec|div|division|सेक्शन|खंड|अनुभाग|उपवर्ग|विभाग|বিভাগ|শাখা|সেকশন)"
_SEPARATOR = r"[\s:=\-–—.।|¦_'\"’(]*"
_CLASS, _SECTION = fold(_CLASS), fold(_SECTION)
_VALUE_SECTION = (
    rf"(?:\s*[-–/('\"’ ]\s*['\"(]?(?P<sec>{_SECTION_LETTER}){END}|(?P<sec2>[a-h]){END})?"
)
_RANGE = rf"(?!\s*(?:-|–|to{END}|से|থেকে)\s*{_VALUE}{END})"

_AFTER_LABEL = re.compile(
    rf"{START}{_CLASS}(?:\s*/\s*{_CLASS})?(?:\s*(?:का नाम|নাম|name|no))?{_SEPARATOR}"
    rf"(?P<grade>{_VALUE}){_ORDINAL}(?:{END}|(?=[a-h]{END})){_RANGE}{_VALUE_SECTION}"
)
_BEFORE_LABEL = re.compile(
    rf"{START}(?P<grade>{_VALUE}){_ORDINAL}\s*[-–]?\s*{_CLASS}{END}"
    rf"(?!\s*(?:teacher|अध्यापक|शिक्षक|শিক্ষক))"
)
_ALONE = re.compile(
    rf"(?:{_CLASS}{_SEPARATOR})?(?P<grade>{_VALUE}){_ORDINAL}(?:{END}|(?=[a-h]{END})){_VALUE_SECTION}"
    rf"(?:\s*{_CLASS})?['\")\s.]*$"
)
_SECTION_LABELLED = re.compile(
    rf"{START}{_SECTION}(?:\.|{END})(?:\s*का नाम|\s*নাম|\s*name)?{_SEPARATOR}"
    rf"(?P<section>[a-z]{{1,12}}|[{LETTER[6:]}]{{1,6}}|\d{{1,2}}(?!\s*\()){END}"
)
# After the class has been named, वर्ग before a single letter names the section.
_SECTION_AS_CLASS = re.compile(
    rf"{START}{fold('वर्ग')}{_SEPARATOR}(?P<section>{_SECTION_LETTER}){END}"
)
_NO_SECTION = frozenset(
    fold(word) for word in "class month school year teacher roll name the of strength total माह कक्षा "
    "वर्ष विद्यालय কুল মাস শ্রেণি বছর na nil none session".split()
)  # fmt: skip
_SECTION_RANK = {
    letter: rank
    for letters in ("abcdefgh", "कखगघ", "अबसद", "কখগঘ")
    for rank, letter in enumerate(letters)
}


# "Class VI & VII", "कक्षा 6 व 7", "Class VI A & B": one line that names two classes or sections.
_AND = rf"\s*(?:&|\+|{START}{fold('(?:and|और|व|एवं|तथा|ও|এবং)')}{END})\s*"
_OR_NEXT = r"\s*[,/]\s*"
_NO_MORE = r"(?!\s*[./\-]?\s*\w)"  # "Class 6, 7 July" names one class
_ITEM = (
    rf"{_VALUE}{_ORDINAL}(?:\s*[-–'\"( ]?\s*['\"(]?{_SECTION_LETTER}{END}['\")]*|[a-h]{END}|{END})"
)
_SEVERAL = re.compile(
    rf"{START}(?:classes|stds|grades|{_CLASS}){_SEPARATOR}(?P<items>{_ITEM}"
    rf"(?:{_AND}(?:{_CLASS}{_SEPARATOR})?{_ITEM}|{_OR_NEXT}{_ITEM}{_NO_MORE})+)"
)
_SEVERAL_BEFORE = re.compile(
    rf"{START}(?P<items>{_ITEM}(?:{_AND}{_ITEM})+)\s*[-–]?\s*{_CLASS}{END}"
)
_SEVERAL_SECTIONS = re.compile(
    rf"{START}(?:{_CLASS}{_SEPARATOR}{_VALUE}{_ORDINAL}[\s\-–'\"(]*|{_SECTION}s?\.?{_SEPARATOR})"
    rf"(?P<items>{_SECTION_LETTER}{END}(?:{_AND}{_SECTION_LETTER}{END})+)"
)
_PARTS = re.compile(rf"{_AND}|{_OR_NEXT}")


class ClassSeen(NamedTuple):
    """A class, '1' to '12' or 'pre', and the section when the same words name one."""

    grade: str | None
    section: str | None = None


def grade_of(text: str) -> ClassSeen:
    """Read text that should be nothing but a class: "VI", "6th", "छठी", "Class 6-A", "६"."""
    return _grade_of(text) if len(text) <= 40 else ClassSeen(None)


@lru_cache(maxsize=4_096)
def _grade_of(text: str) -> ClassSeen:
    found = _ALONE.match(fold(text))
    return _seen(found) if found else ClassSeen(None)


def class_in(line: str) -> ClassSeen:
    """Find the class that a folded title line names beside a label; none when it names a range."""
    found = _AFTER_LABEL.search(line) or _BEFORE_LABEL.search(line)
    return _seen(found) if found else ClassSeen(None)


def several_classes_in(line: str) -> tuple[ClassSeen, ...]:
    """The classes that a folded title line names side by side: "Class VI & VII"; empty for one alone."""
    found = _SEVERAL.search(line) or _SEVERAL_BEFORE.search(line)
    if found is None:
        return ()
    seen = [grade_of(part.strip()) for part in _PARTS.split(found["items"])]
    different = tuple(dict.fromkeys(one for one in seen if one.grade))
    return different if len(different) > 1 else ()


def several_sections_in(line: str) -> tuple[str, ...]:
    """The sections that a folded title line names side by side: "Class VI A & B"."""
    found = _SEVERAL_SECTIONS.search(line)
    if found is None:
        return ()
    return tuple(dict.fromkeys(part.strip().upper() for part in _PARTS.split(found["items"])))


def _seen(found: re.Match[str]) -> ClassSeen:
    parts = found.groupdict()
    word = parts["grade"]
    grade = GRADE_WORDS.get(word) or str(int(word))
    section = parts.get("sec") or parts.get("sec2")
    return ClassSeen(grade, section.upper() if section else None)


def section_beside_class(line: str) -> str | None:
    """The section that वर्ग names in a folded line, once another line has named the class."""
    found = _SECTION_AS_CLASS.search(line)
    return found["section"].upper() if found else None


def section_in(line: str) -> str | None:
    """Find the section that a folded title line names beside a label; as written, in capitals."""
    if (found := _SECTION_AS_CLASS.search(line)) and class_in(line[: found.start()]).grade:
        return found["section"].upper()
    for found in _SECTION_LABELLED.finditer(line):
        if found["section"] not in _NO_SECTION:
            return found["section"].upper()
    return None


def same_section(one: str, other: str) -> bool:
    """True when two spellings name one section: A, a, क (the first letter of each alphabet)."""
    a, b = fold(one).strip("'\"() ."), fold(other).strip("'\"() .")
    return a == b or (a in _SECTION_RANK and _SECTION_RANK[a] == _SECTION_RANK.get(b, -1))


def roman(grade: str) -> str:
    """'6' -> "VI"; 'pre' stays as it is."""
    return ROMAN[int(grade)] if grade.isdigit() and 1 <= int(grade) <= 12 else grade


def class_label(grade: str, section: str) -> str:
    """'6', 'A' -> "VI A": a class as schools write it, on every page and in every message."""
    return f"{roman(grade)} {section}".strip()
