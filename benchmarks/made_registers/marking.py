"""Ways of marking: what is written for present, absent, late, leave, holiday, half a day."""

from dataclasses import dataclass, field

# P present, A absent, L leave, T late, F half a day, H holiday, B nothing written.
LETTERS = "PALTFHB"
# What each may be read as. Late and half days count as present, holiday as no school.
ACCEPTED = {"P": "P", "A": "A", "L": "L", "T": "PT", "F": "PTF", "H": "HB", "B": "B"}


@dataclass(frozen=True)
class Marking:
    """A way of marking; `key` is what stands beside the register, where something must."""

    write: dict[str, object]
    key: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en", "hi", "bn")
    # Letters that mean something else than their own, because nothing or too much is written.
    accepted: dict[str, str] = field(default_factory=dict)
    # Where it goes: "grid" registers, "long" ones, or both.
    grid: bool = True
    long: bool = False

    def offers(self, letter: str) -> str:
        """The letter itself, or the nearest this way of marking can write."""
        if letter in self.write:
            return letter
        return {"T": "P", "F": "P", "L": "A", "H": "B"}.get(letter, "B")


MARKINGS: dict[str, Marking] = {
    "letters": Marking({"P": "P", "A": "A", "L": "L", "H": "H", "B": None}, long=True),
    "letters small": Marking({"P": "p", "A": "a", "L": "l", "H": "h", "B": None}),
    "letters with key": Marking(
        {"P": "P", "A": "A", "L": "L", "H": "H", "B": None},
        ("P = Present, A = Absent, L = Leave, H = Holiday",),
    ),
    "late L with key": Marking(
        {"P": "P", "A": "A", "T": "L", "H": "H", "B": None},
        ("P = Present", "A = Absent", "L = Late", "H = Holiday"),
    ),
    "late LT, leave E": Marking(
        {"P": "P", "A": "A", "T": "LT", "L": "E", "B": None},
        ("P: Present  A: Absent  LT: Late  E: Excused (leave)",),
    ),
    "dash not marked, key": Marking(
        {"P": "P", "A": "A", "L": "L", "B": "-"},
        ("Legend: P = Present, A = Absent, L = Leave, - = Not Marked",),
    ),
    "points": Marking(
        {"P": "P (2/2)", "A": "A (0/2)", "T": "L (1/2)", "L": "E (1/2)", "B": None},
        ("P: Present, L: Late, E: Excused, A: Absent (points/of)",),
    ),
    "Ab": Marking({"P": "P", "A": "Ab", "B": None}),
    "half days": Marking(
        {"P": "P", "A": "A", "F": "HD", "L": "L", "B": None},
        ("P Present, A Absent, HD Half day, L Leave",),
    ),
    "ticks": Marking({"P": "✓", "A": "✗", "B": None}),
    "heavy ticks": Marking({"P": "✔", "A": "✘", "B": None}),
    "tick and A": Marking({"P": "✓", "A": "A", "B": None}),
    "root and x": Marking({"P": "√", "A": "x", "B": None}),
    "one nought": Marking({"P": 1, "A": 0, "B": None}),
    "one nought as text, key": Marking(
        {"P": "1", "A": "0", "B": None}, ("1 = Present, 0 = Absent",)
    ),
    "absences 1, key": Marking({"P": 0, "A": 1, "B": None}, ("1 = Absent, 0 = Present",)),
    "absences 1, title": Marking({"P": 0, "A": 1, "B": None}, ("Register of absences",)),
    "X who came, key": Marking(
        {"P": "X", "A": None, "B": None}, ("X = Present, blank = Absent",), accepted={"B": "*"}
    ),
    "X and dash, key": Marking({"P": "X", "A": "-", "B": None}, ("X = present   - = absent",)),
    "dot and A, key": Marking({"P": ".", "A": "A", "B": None}, ("Key: . present, A absent",)),
    "stroke and A, key": Marking({"P": "/", "A": "A", "B": None}, ("/ = Present; A = Absent",)),
    "A only, key": Marking(
        {"P": None, "A": "A", "B": None},
        ("Only absence is marked (A). Blank = Present",),
        accepted={"P": "PB", "B": "*"},
    ),
    "words": Marking(
        {"P": "Present", "A": "Absent", "L": "Leave", "T": "Late", "H": "Holiday", "B": None},
        languages=("en",),
        long=True,
    ),
    "true false": Marking({"P": True, "A": False}, languages=("en",), grid=False),
    "hindi letters": Marking({"P": "उ", "A": "अ", "B": None}, languages=("hi",)),
    "hindi letters, key": Marking(
        {"P": "उ", "A": "अ", "L": "आ", "H": "अव", "B": None},
        ("उ = उपस्थित, अ = अनुपस्थित, आ = आवेदन पर छुट्टी, अव = अवकाश (विद्यालय बंद)",),
        ("hi",),
    ),
    "hindi words": Marking(
        {"P": "उपस्थित", "A": "अनुपस्थित", "T": "देर से", "B": None}, languages=("hi",), long=True
    ),
    "hindi ha na": Marking(
        {"P": "हा", "A": "गै", "B": None}, ("हा = हाजिर, गै = गैरहाजिर",), languages=("hi",)
    ),
    "bengali letters": Marking({"P": "হা", "A": "অনু", "B": None}, languages=("bn",)),
    "bengali letters, key": Marking(
        {"P": "উ", "A": "অ", "L": "ছু", "H": "ব", "B": None},
        ("উ = উপস্থিত, অ = অনুপস্থিত, ছু = ছুটিতে (আবেদন), ব = বন্ধ",),
        ("bn",),
    ),
    "bengali words": Marking(
        {"P": "উপস্থিত", "A": "অনুপস্থিত", "T": "দেরি", "B": None}, languages=("bn",), long=True
    ),
    "bengali ones": Marking({"P": "১", "A": "০", "B": None}, languages=("bn",)),
    "hindi ones": Marking({"P": "१", "A": "०", "B": None}, languages=("hi",)),
}
