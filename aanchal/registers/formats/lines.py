"""Lines of a register that are no child: sums, signatures, headings, notes."""

import re
from enum import Enum

from aanchal.lib.indic.folding import END, START, fold
from aanchal.lib.tabular.legacy import unicode_label

from .labels import Field, field_of


class Kind(Enum):
    """What a line without a child is."""

    SUM = "sum"
    SIGNATURE = "signature"


def _words(*parts: str) -> re.Pattern[str]:
    return re.compile(START + "(?:" + "|".join(fold(part) for part in parts) + ")" + END)


_SUM = _words(
    r"(?:sub|grand|class|page)?[ -]?totals?|sum|average|avg\.?|percent(?:age)?|%|strength|on roll|enrol+ment|"
    r"enrol+ed|no\.? of|number of|nos?\. of|working days?|school days?|present|absent|attendance|boys?|girls?|"
    r"male|female|b\+g|new admissions?|re-?admissions?|t\.? ?c\.? issued|drop ?-?outs?|carried (?:over|forward)|brought forward|c/f|b/f|present total|absentees?",
    r"कुल|योग|महायोग|औसत|प्रतिशत|उपस्थिति|उपस्थित|अनुपस्थित|अनुपस्थिति|बालक|बालिका|बालकों|बालिकाओं|लड़के|लड़कियाँ|"
    r"लड़कियां|छात्र संख्या|कार्य दिवस|कार्यदिवस|नामांकित|नामांकन|नया प्रवेश|नए प्रवेश|टी\.? ?सी\.? जारी|छात्र|छात्रा|छात्राएँ|पृष्ठ का योग|गत पृष्ठ",
    r"মোট|সর্বমোট|যোগফল|গড়|শতকরা|শতাংশ|উপস্থিত|উপস্থিতি|অনুপস্থিত|অনুপস্থিতি|বালক|বালিকা|ছেলে|মেয়ে|ছাত্র|"
    r"ছাত্রী|ছাত্র সংখ্যা|কার্যদিবস|হাজিরা|হাজির|নতুন ভর্তি|টি\.? ?সি\.? দেওয়া|পাতার যোগফল|জের",
)
_SIGNATURE = _words(
    r"sign(?:ature|\.|ed)?s?|sig\.?|(?:class |head |asst\.? |assistant )?teacher(?:'s|s)?|head ?master(?:'s)?|"
    r"head ?mistress(?:'s)?|h\.? ?m\.?|principal(?:'s)?|in-?charge|initials?|verified|checked|prepared|seal|"
    r"stamp|inspect(?:or|ed)?|supervis(?:or|ed)|crcc?|brcc?|beo|notes?|remarks?|n\.b\.?|legend|key|"
    r"holidays?|date|place|page(?: no\.?)?",
    r"हस्ताक्षर|हस्ता\.?|शिक्षक|शिक्षिका|अध्यापक|अध्यापिका|प्रधानाध्यापक|प्रधानाध्यापिका|प्र\.? ?अ\.?|प्रधान शिक्षक|"
    r"प्राचार्य|प्रभारी|मुहर|निरीक्षण|निरीक्षक|जाँच|जांच|टिप्पणी|नोट|अभ्युक्ति|दिनांक|पृष्ठ|संकेत",
    r"স্বাক্ষর|সাক্ষর|সই|শিক্ষক|শিক্ষিকা|শ্রেণি শিক্ষক|শ্রেণি শিক্ষকের|শিক্ষকের|শিক্ষিকার|প্রধান শিক্ষক|প্রধান শিক্ষকের|"
    r"পরিদর্শক|পরিদর্শকের|সিল|মন্তব্য|দ্রষ্টব্য|বি\.? ?দ্র\.?|তারিখ|পৃষ্ঠা|সংকেত",
)


def kind_of_line(text: str) -> Kind | None:
    """Whether the words at the left of a row are those of a sum or a signature; None for neither."""
    folded = fold(unicode_label(text) or text)
    if _SIGNATURE.search(folded):
        return Kind.SIGNATURE
    if _SUM.search(folded) or "%" in folded or field_of(text) is Field.SUM:
        return Kind.SUM
    return None


def is_only_words_of_a_sum(text: str) -> bool:
    """True when the text is a sum's label and nothing else, so that no child can be meant."""
    folded = fold(unicode_label(text) or text).strip(" :-=.()")
    if field_of(text) is Field.SUM:
        return True
    rest = _SUM.sub("", folded)
    return rest != folded and not re.sub(r"[\s:\-=.()/&+]|of|and|की|के|का|এর", "", rest)


_SIGNED = _words(
    r"sign(?:ature|\.|ed)?s?|(?:class |head |asst\.? |assistant )?teacher(?:'s|s)?|head ?master(?:'s)?|"
    r"head ?mistress(?:'s)?|h\.? ?m\.?|principal(?:'s)?|in-?charge|initials?|verified|checked|inspect(?:or|ed)?|"
    r"supervis(?:or|ed)|holidays?|legend|remarks?|notes?",
    r"हस्ताक्षर|हस्ता\.?|शिक्षक|शिक्षिका|अध्यापक|अध्यापिका|प्रधानाध्यापक|प्रधानाध्यापिका|प्रधान शिक्षक|प्राचार्य|"
    r"निरीक्षण|निरीक्षक|संकेत|टिप्पणी",
    r"স্বাক্ষর|সাক্ষর|সই|শিক্ষক|শিক্ষিকা|শ্রেণি শিক্ষকের|শিক্ষকের|শিক্ষিকার|প্রধান শিক্ষক|প্রধান শিক্ষকের|পরিদর্শক|"
    r"সংকেত|মন্তব্য",
)


def is_signature(text: str) -> bool:
    """True for a line that somebody signs or that explains: words nobody bears as a name."""
    return _SIGNED.search(fold(unicode_label(text) or text)) is not None
