"""Fonts that draw Hindi or Bengali over English letters, and letters lost in saving.

Before Unicode, offices typed Hindi in fonts such as Kruti Dev: the file holds "Nk= dk uke", the
screen shows छात्र का नाम. We know such text by its commonest words. Heads of columns, months and
single marks are translated, because a short list is certain; names are not, and the page says so.
"""

import re

# As typed in Kruti Dev 010 and the fonts laid out like it -> what the reader sees.
KRUTI_DEV: dict[str, str] = {
    "uke": "नाम",
    "Nk= dk uke": "छात्र का नाम",
    "Nk=ksa ds uke": "छात्रों के नाम",
    "Nk=@Nk=k dk uke": "छात्र/छात्रा का नाम",
    "Nk=/Nk=k dk uke": "छात्र/छात्रा का नाम",
    "fo|kFkhZ dk uke": "विद्यार्थी का नाम",
    "cPps dk uke": "बच्चे का नाम",
    "firk dk uke": "पिता का नाम",
    "ekrk dk uke": "माता का नाम",
    "Øe": "क्रम",
    "Ø-": "क्र",
    "Ø- la-": "क्र सं",
    "Ø0 la0": "क्र सं",
    "Øekad": "क्रमांक",
    "Øekad la[;k": "क्रम संख्या",
    "vuqØekad": "अनुक्रमांक",
    "jksy ua-": "रोल नं",
    "jksy ua0": "रोल नं",
    "jksy uacj": "रोल नंबर",
    "jksy": "रोल",
    "fyax": "लिंग",
    "xzke": "ग्राम",
    "xkao": "गांव",
    "xk¡o": "गाँव",
    "d{kk": "कक्षा",
    "oxZ": "वर्ग",
    "fo|ky;": "विद्यालय",
    "fo|ky; dk uke": "विद्यालय का नाम",
    "ekg": "माह",
    'o"kZ': "वर्ष",
    "l=": "सत्र",
    "dqy": "कुल",
    ";ksx": "योग",
    "dqy ;ksx": "कुल योग",
    "mifLFkr": "उपस्थित",
    "mifLFkfr": "उपस्थिति",
    "dqy mifLFkfr": "कुल उपस्थिति",
    "vuqifLFkr": "अनुपस्थित",
    "gLrk{kj": "हस्ताक्षर",
    "iz/kkuk/;kid": "प्रधानाध्यापक",
    "fnukad": "दिनांक",
    "tuojh": "जनवरी",
    "Qjojh": "फरवरी",
    "ekpZ": "मार्च",
    "vizSy": "अप्रैल",
    "ebZ": "मई",
    "twu": "जून",
    "tqykbZ": "जुलाई",
    "vxLr": "अगस्त",
    "flrEcj": "सितम्बर",
    "flracj": "सितंबर",
    "vDVwcj": "अक्टूबर",
    "vDrwcj": "अक्तूबर",
    "uoEcj": "नवम्बर",
    "uoacj": "नवंबर",
    "fnlEcj": "दिसम्बर",
    "fnlacj": "दिसंबर",
    "NBh": "छठी",
}
# Single marks, read so only on a page already known to be in such a font.
KRUTI_DEV_MARKS = {"m": "उ", "mi": "उप", "v": "अ", "vuq": "अनु", "vuq-": "अनु", "Nq": "छु", "vo": "अव",
                   "mifLFkr": "उपस्थित", "vuqifLFkr": "अनुपस्थित", "NqV~Vh": "छुट्टी"}  # fmt: skip
BIJOY: dict[str, str] = {
    "bvg": "নাম",
    "†ivj": "রোল",
    "†ivj bs": "রোল নং",
    "gvm": "মাস",
    "QvÎ": "ছাত্র",
    "wkÿv_©xi bvg": "শিক্ষার্থীর নাম",
    "†gvU": "মোট",
    "we`¨vjq": "বিদ্যালয়",
}
_ALL = KRUTI_DEV | BIJOY
_TELLING = frozenset(
    word for word in _ALL if len(word) >= 3 and re.search(r"[^A-Za-z. ]|[a-z][A-Z]|^[A-Z][a-z]k|uke", word)
)  # fmt: skip
_WORD_EDGE = re.compile(r"[\s:\-–.,()¦]+")


def unicode_label(text: str) -> str | None:
    """The Unicode of a known legacy word ("uke" -> नाम); None for any other text."""
    if len(text) > 40:
        return None
    return _ALL.get(text.strip()) or _ALL.get(text.strip(" :-."))


def unicode_line(text: str) -> str:
    """A title line with its known legacy words (class, month, months' names) put into Unicode."""
    parts = re.split(r"(\s+|:|¦|\d+)", text)
    return "".join(_ALL.get(part, part) if len(part) > 1 else part for part in parts)


def legacy_words(lines: list[str]) -> int:
    """How many of the words that only a legacy font leaves behind occur in the heads of a page."""
    words = {line.strip() for line in lines}
    for line in lines:
        words.update(_WORD_EDGE.split(line))
        words.update(part.strip() for part in line.split("¦"))
    return len(words & _TELLING)


_LOST = re.compile(r"\?{2,}")
_DOUBLE = re.compile("(?:à[¤¥¦§]|Ã\xa0[\xc2]?[¤¥¦§])")


def is_lost(text: str) -> bool:
    """True for a cell whose letters became question marks when the file was saved."""
    return text.count("?") >= 2 and _LOST.search(text) is not None and not any(
        letter.isalpha() for letter in text
    )  # fmt: skip


def looks_double_encoded(text: str) -> bool:
    """True for UTF-8 that was read as Western and saved again: à¤¨à¤¾à¤® for नाम."""
    return _DOUBLE.search(text) is not None


def undo_double_encoding(text: str) -> str:
    """The text with each double-encoded run put right; runs that do not decode stay as they are."""
    if not looks_double_encoded(text):
        return text
    try:
        return _western_bytes(text).decode("utf-8")
    except (UnicodeDecodeError, UnicodeEncodeError):
        return text


def _western_bytes(text: str) -> bytes:
    # cp1252 leaves five bytes unassigned; programs pass them through as they are.
    out = bytearray()
    for letter in text:
        if (ord(letter) < 256 and not 0x80 <= ord(letter) < 0xA0) or ord(letter) < 0xA0:
            out.append(ord(letter))
        else:
            out += letter.encode("cp1252")
    return bytes(out)
