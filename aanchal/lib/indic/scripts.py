"""Scripts: whose letters a text wears, and the digits of each; from `data/scripts.toml`."""

from typing import NamedTuple

from aanchal.lib.sourced import read_sourced


class Script(NamedTuple):
    """A block of letters. `languages` are written in it; a name in it is marked with the first."""

    name: str
    first: str
    last: str
    digits: str
    languages: tuple[str, ...]
    in_registers: bool

    def is_in(self, text: str) -> bool:
        """Whether any sign of the text is of this script."""
        return any(self.first <= sign <= self.last for sign in text)


LATIN = "latin"
SCRIPTS: tuple[Script, ...] = tuple(
    Script(
        name,
        chr(row["first"]),
        chr(row["last"]),
        row["digits"],
        tuple(row["languages"]),
        row["in_registers"],
    )
    for name, row in read_sourced("aanchal.lib.indic", "scripts.toml").items()
    if isinstance(row, dict)
)
DEVANAGARI, BENGALI = (next(s for s in SCRIPTS if s.name == n) for n in ("devanagari", "bengali"))
# The Bengali block stands 0x80 above the Devanagari one, sign for sign.
_DISTANCE = ord(BENGALI.first) - ord(DEVANAGARI.first)
_NAMES = tuple((s.name, s.first, s.last) for s in (DEVANAGARI, BENGALI))


def script_of(text: str) -> str:
    """The script of a name: that of its first Devanagari or Bengali sign, else "latin"."""
    for sign in text:
        for name, first, last in _NAMES:
            if first <= sign <= last:
                return name
    return LATIN


def language_of_script(text: str) -> str:
    """The language whose letters a text wears; "" for Latin letters."""
    return next((s.languages[0] for s in SCRIPTS if s.is_in(text)), "")


def is_other_script(text: str) -> bool:
    """Say whether a name holds letters that are not Latin."""
    return any(c.isalpha() and not c.isascii() for c in text)


def is_bengali(letter: str) -> bool:
    """Whether one letter is of the Bengali block."""
    return BENGALI.first <= letter <= BENGALI.last


def as_bengali(letter: str) -> str:
    """A letter of the Devanagari block as the Bengali letter at its place; another as it is."""
    is_one = DEVANAGARI.first <= letter <= DEVANAGARI.last
    return chr(ord(letter) + _DISTANCE) if is_one else letter


def as_devanagari(letter: str) -> str:
    """A letter of the Bengali block as the Devanagari letter at its place; another as it is."""
    return chr(ord(letter) - _DISTANCE) if is_bengali(letter) else letter
