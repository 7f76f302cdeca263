"""What a list says of a pupil's standing: still here, gone, or in words that are not known."""

import re
from collections.abc import Sequence

from aanchal.lib.indic.folding import fold
from aanchal.lib.tabular.texts import Cell, shown

# A column of these says of every child whether she is still at the school.
_COLUMNS = frozenset(
    fold(word)
    for word in (
        "status|student status|pupil status|enrolment status|enrollment status|admission status|"
        "current status|active|is active|standing|tc|tc status|tc issued|remarks|remark|reason|"
        "reason for leaving|date of leaving|left on|leaving date|स्थिति|वर्तमान स्थिति|टीसी|अभ्युक्ति|टिप्पणी|"
        "কারণ|অবস্থা|বর্তমান অবস্থা|মন্তব্য|টিসি"
    ).split("|")
)
# Of these columns any other word is a remark and no standing.
_REMARKS = frozenset(
    fold(word)
    for word in "remarks|remark|reason|reason for leaving|अभ्युक्ति|टिप्पणी|কারণ|মন্তব্য|tc|tc status".split(
        "|"
    )
)
_LEAVING_DAYS = frozenset(("date of leaving", "left on", "leaving date", "tc issued"))
_HERE = frozenset(
    fold(word)
    for word in (
        "studying|active|continuing|continue|enrolled|present|current|regular|new|promoted|repeater|"
        "yes|y|no tc|not issued|pursuing|old|1|true|पढ़ रहा है|पढ़ रही है|अध्ययनरत|नियमित|सक्रिय|নিয়মিত|"
        "পড়ছে|অধ্যয়নরত|সক্রিয়"
    ).split("|")
)
_GONE = re.compile(
    "|".join(
        fold(word)
        for word in (
            r"\bt\.? ?c\b(?!.*\bnot\b)", r"transfer", r"drop ?-?ped|drop ?-?out", r"\bleft\b",
            r"\bleaving\b", r"struck off|struck-off|name cut|name struck", r"passed out|pass out",
            r"withdrawn|withdrew", r"inactive|in-active", r"died|expired|deceased|death",
            r"migrat", r"long absent|never attended", r"cancell?ed", r"^false$|^no$|^n$|^0$",
            r"नाम कट", r"छोड़", r"स्थानांतर", r"ड्रॉप|ड्राप", r"टी\.? ?सी", r"मृत", r"निष्क्रिय",
            r"ছেড়ে|ছেড়েছ", r"বদলি|স্থানান্তর", r"ড্রপ", r"টি\.? ?সি", r"মৃত", r"নিষ্ক্রিয়",
        )
    ),
    re.IGNORECASE,
)  # fmt: skip
_NOTHING = frozenset(("", "-", "--", "nil", "na", "n/a", "none"))


def standing_columns(head: Sequence[Cell]) -> list[tuple[int, str]]:
    """The columns that may say that a child has left, each with its folded heading."""
    found = ((index, fold(shown(cell)).strip(" .:")) for index, cell in enumerate(head))
    return [(index, heading) for index, heading in found if heading in _COLUMNS]


def standing_of(heading: str, cell: Cell) -> bool | None:
    """True for a child who is still here, False for one who may have left, None where nothing is said.

    A word that is not known, in a column that holds standings, is taken for one that may mean that
    she left: it is asked about.
    """
    text = fold(shown(cell)).strip(" .")
    if text in _NOTHING:
        return None
    if heading in _LEAVING_DAYS:
        return None if text in ("no", "n", "0", "false") else False
    if text in _HERE:
        return True
    if heading in _REMARKS:
        return False if text not in ("no", "n", "0", "false") and _GONE.search(text) else None
    return False
