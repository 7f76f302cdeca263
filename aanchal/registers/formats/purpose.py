"""Lists that look like registers of attendance and are of something else: meals, homework, tablets, staff."""

import re
from collections.abc import Sequence

from aanchal.lib.indic.folding import END, START, fold

from .problems import Problems
from .titles import Title

CHOICES = ("attendance", "something else")

_ATTENDANCE = re.compile(
    fold("attendance|roll ?call|उपस्थिति|हाजिरी|हाज़िरी|হাজিরা|উপস্থিতি|present|absent")
)
_OTHER = re.compile(
    START
    + "(?:"
    + fold(
        r"mid[ -]?day meals?|mdm|pm ?poshan|home ?works?|class ?works? checked|iron tablets?|wifs|ifa tablets?|"
        r"deworming|albendazole|unit tests?|monthly tests?|fees? (?:register|collection|paid|received)|"
        r"(?:book|uniform|dress|shoe|bicycle|cycle)s? distribution|scholarships?|vaccinations?|immuni[sz]ation|"
        r"मध्याह्न भोजन|मिड ?डे ?मील|पीएम पोषण|गृह ?कार्य|आयरन|कृमिनाशक|मासिक परीक्षा|इकाई परीक्षा|फीस|शुल्क|छात्रवृत्ति|"
        r"टीकाकरण|পুস্তক বিতরণ|মিড ?ডে ?মিল|মধ্যাহ্নভোজন|মধ্যাহ্ন ভোজন|বাড়ির কাজ|আয়রন|কৃমিনাশক|বেতন আদায়|বৃত্তি|টিকাকরণ"
    )
    + ")"
    + END
)
# A class teacher signs the register of her pupils: she is not what it is about.
_STAFF = re.compile(
    fold(
        r"(?<!class )(?<!सहित )(?:teachers?|staff|employees?|teaching staff)(?:['’]s|s['’])?[ -]?"
        r"(?:daily |monthly )?attendance|attendance (?:register |sheet )?(?:of|for) (?:the )?(?:teachers?|staff|employees?)|"
        r"(?:शिक्षक|शिक्षिका|कर्मचारी)(?:ों)? (?:की )?(?:उपस्थिति|हाजिरी)|(?:শিক্ষক|কর্মী|কর্মচারী)(?:দের)? (?:হাজিরা|উপস্থিতি)"
    )
)


def other_purpose(folded: str) -> str | None:
    """The words by which a folded title calls itself a list of something else; None for attendance."""
    if staff := _STAFF.search(folded):
        return staff[0]
    found = _OTHER.search(folded)
    return found[0] if found and not _ATTENDANCE.search(folded) else None


def is_of_something_else(titles: Sequence[Title], row: int | None, problems: Problems) -> bool:
    """Ask whether a list is of attendance where its title names another matter; True where it is not."""
    about = next((found for title in titles if (found := other_purpose(title.text))), None)
    if about is None:
        return False
    rows = [row] if row else []
    said = problems.choose("another_matter", about, CHOICES, rows=rows, lasting=True)
    return said == CHOICES[1]
