"""The UDISE school file, as published (the dump of the school map, one line a school).

What the checks decide: a line whose *place* is in doubt (its code, or a village or district
that contradicts it) is left out, because the place decides who may see the school's children.
A line with another doubtful value goes in without that value, and says so.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from aanchal.lib.indic.place_names import tidy_name
from aanchal.lib.indic.scripts import is_other_script
from aanchal.lib.sentences import N_
from aanchal.lib.tabular.problems import Problem
from aanchal.lib.tabular.tables import Line, open_table
from aanchal.places.rules.areas import SchoolRow
from aanchal.places.rules.codes import Level, System, canonical_code
from aanchal.places.rules.problems import line_left_out, shown

from .reference import Term, udise_vocabulary

# Published heading -> our word. The label columns (school_cat, management …) repeat the codes
# in words and are not read. Nor is `dist_lgd` of the raw dump: it says in which district the
# position falls, and is wrong where the position is.
_HEADINGS: dict[str, str] = {
    "schcd": "udise",
    "udiseschcode": "udise",
    "schname": "name",
    "schcat": "category",
    "schtype": "type",
    "schmgt": "management",
    "rururb": "location",
    "pincode": "pincode",
    "vilname": "village_name",
    "udisevico": "village",
    "udisedtco": "district",
    "lgddtud": "district_lgd",
    "stname": "state",
    "lon": "lon",
    "longitude": "lon",
    "lat": "lat",
    "latitude": "lat",
    # Not published: an office may put the school's name as its village writes it beside the rest.
    "schnamelocal": "local_name",
    "localname": "local_name",
}
# States whose UDISE code begins with 0, by the digit that is left of it.
_STATES_BELOW_TEN = {
    "jammu and kashmir": "1", "jammu & kashmir": "1", "himachal pradesh": "2", "punjab": "3",
    "chandigarh": "4", "uttarakhand": "5", "uttaranchal": "5", "haryana": "6", "delhi": "7",
    "nct of delhi": "7", "rajasthan": "8", "uttar pradesh": "9",
}  # fmt: skip
_NEEDED = frozenset({"udise", "name", "village", "village_name"})

# India with its islands, a little wider than the land.
LON_RANGE = (68.0, 97.6)
LAT_RANGE = (6.5, 37.2)

_PINCODE = re.compile(r"[1-9]\d{5}")
_SHORTENED = re.compile(r"\d[.,]\d+[eE]\+?\d+")


@dataclass(frozen=True, slots=True)
class SchoolFile:
    """A recognised file: where its heading is, and its schools and problems in file order."""

    header_row: int
    rows: Iterator[SchoolRow | Problem]


def read_schools(source: BinaryIO) -> SchoolFile:
    """Read the UDISE school file.

    Args:
        source: the file, opened in binary, at its start. Read while `rows` is walked.

    Raises:
        Unreadable: no text, empty, or without the columns schcd, schname, vilname and
            udise_vico; also while walking, when binary data turns up later.
    """
    table = open_table(source, is_header=lambda cells: _positions(cells).keys() >= _NEEDED)
    reader = _Reader(_positions(table.headings), table.headings)
    return SchoolFile(table.header_row, reader.walk(table.lines))


def _positions(headings: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for position, heading in enumerate(headings):
        word = _HEADINGS.get(re.sub(r"[^a-z0-9]", "", heading.casefold()))
        if word is not None:
            found.setdefault(word, position)
    return found


class _LeftOut(Exception):
    """Stops the reading of one line."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.problem = problem


class _Reader:
    """Reads lines; remembers the codes it has seen."""

    def __init__(self, positions: dict[str, int], headings: Sequence[str]) -> None:
        self.positions = positions
        self.headings = headings
        self.first_row: dict[str, int] = {}
        self.noughts = 0
        self.vocabulary = udise_vocabulary()

    def walk(self, lines: Iterator[Line | Problem]) -> Iterator[SchoolRow | Problem]:
        for line in lines:
            if isinstance(line, Problem):
                yield line
            elif any(line.cells):
                asides: list[Problem] = []
                try:
                    school = self.school(line, asides)
                except _LeftOut as left_out:
                    yield left_out.problem.with_raw(line.raw(self.headings))
                else:
                    yield from (aside.with_raw(line.raw(self.headings)) for aside in asides)
                    yield school
        if self.noughts:
            at = self.positions["udise"]
            yield Problem(
                None,
                self.headings[at],
                "nought_put_back",
                N_(
                    "%(count)d school codes had lost the 0 at their start, as the codes of village and "
                    "district on their lines show. It was put back."
                ),
                {"count": self.noughts},
            )

    def cell(self, line: Line, word: str) -> str:
        at = self.positions.get(word)
        return line.cells[at] if at is not None and at < len(line.cells) else ""

    def problem(
        self, line: Line, word: str, code: str, template: str, **params: str | int | float
    ) -> Problem:
        at = self.positions.get(word)
        return line_left_out(
            line.row, self.headings[at] if at is not None else None, code, template, params
        )

    def aside(self, problem: Problem) -> Problem:
        return replace(problem, left_out=False)

    def school(self, line: Line, asides: list[Problem]) -> SchoolRow:
        if len(line.cells) != len(self.headings):
            raise _LeftOut(
                line_left_out(
                    line.row,
                    None,
                    "wrong_number_of_cells",
                    N_("The line has %(found)d cells, the heading line %(expected)d."),
                    {"found": len(line.cells), "expected": len(self.headings)},
                )
            )
        udise = self.udise_code(line)
        village = self.village_code(line, udise)
        self.check_district(line, udise)
        name = " ".join(self.cell(line, "name").split())
        if not any(c.isalnum() for c in name):
            raise _LeftOut(
                self.problem(
                    line, "name", "no_name", N_("School %(udise)s has no name."), udise=udise
                )
            )
        if udise in self.first_row:
            raise _LeftOut(
                self.problem(
                    line,
                    "udise",
                    "repeated_code",
                    N_("School %(udise)s is already on line %(first)d; the first is kept."),
                    udise=udise,
                    first=self.first_row[udise],
                )
            )
        self.first_row[udise] = line.row

        village_name = tidy_name(self.cell(line, "village_name"))
        if not any(c.isalnum() for c in village_name):
            village_name = ""
            asides.append(
                self.aside(
                    self.problem(
                        line,
                        "village_name",
                        "no_village_name",
                        N_(
                            "School %(udise)s does not name its village; "
                            "it is taken to village %(village)s by its code."
                        ),
                        udise=udise,
                        village=village,
                    )
                )
            )
        lon, lat = self.position(line, udise, asides)
        location = self.term(line, "location", udise, self.vocabulary.location, asides)
        return SchoolRow(
            udise=udise,
            name=name,
            village_udise=village,
            village_name=village_name,
            block_udise=udise[:6],
            district_udise=udise[:4],
            district_lgd=self.lgd_district(line, udise, asides),
            category=self.term(line, "category", udise, self.vocabulary.category, asides),
            type=self.term(line, "type", udise, self.vocabulary.type, asides),
            management=self.term(line, "management", udise, self.vocabulary.management, asides),
            is_urban=None if location is None else location == "2",
            pincode=self.pincode(line, udise, asides),
            lon=lon,
            lat=lat,
            row=line.row,
            local_name=self.local_name(line),
        )

    def local_name(self, line: Line) -> str:
        text = " ".join(self.cell(line, "local_name").split())
        return text if is_other_script(text) else ""

    def udise_code(self, line: Line) -> str:
        text = self.cell(line, "udise")
        digits = text.removesuffix(".0")
        if len(digits) == 11 and digits.isdecimal():
            return "".join(str(int(d)) for d in digits)
        if not text:
            raise _LeftOut(
                self.problem(line, "udise", "no_code", N_("The school code is missing."))
            )
        if _SHORTENED.fullmatch(text):
            raise _LeftOut(
                self.problem(
                    line,
                    "udise",
                    "shortened_code",
                    N_(
                        "A spreadsheet has shortened the school code to “%(text)s”. "
                        "Take the code from the original file."
                    ),
                    text=shown(text),
                )
            )
        if len(digits) == 10 and digits.isdecimal():
            digits = "".join(str(int(d)) for d in digits)
            if self.proves_nought(line, digits):
                self.noughts += 1
                return "0" + digits
            raise _LeftOut(
                self.problem(
                    line,
                    "udise",
                    "code_of_10_digits",
                    N_(
                        "School code “%(text)s” has 10 digits instead of 11. "
                        "Perhaps a spreadsheet has dropped a 0 at its start; the codes of village "
                        "and district on the line do not show it."
                    ),
                    text=shown(text),
                )
            )
        raise _LeftOut(
            self.problem(
                line,
                "udise",
                "not_11_digits",
                N_("School code “%(text)s” is not 11 digits."),
                text=shown(text),
            )
        )

    def proves_nought(self, line: Line, digits: str) -> bool:
        """Do the other columns of the line show that a 0 was dropped before these ten digits?

        A spreadsheet drops it from the village and the district too. A code cut off at its end would
        leave the district whole.
        """
        village, district = (
            self.cell(line, word).removesuffix(".0") for word in ("village", "district")
        )
        state = _STATES_BELOW_TEN.get(" ".join(self.cell(line, "state").casefold().split()))
        return (
            village in (digits[:8], "0" + digits[:8])
            and district in ("", digits[:3], "0" + digits[:3])
            and (bool(district) or state == digits[0])
            and state in (None, digits[0])
        )

    def village_code(self, line: Line, udise: str) -> str:
        text = self.cell(line, "village")
        try:
            village = canonical_code(System.UDISE, Level.VILLAGE, text)
        except ValueError:
            village = ""
        if village is None:
            raise _LeftOut(
                self.problem(
                    line,
                    "village",
                    "no_village",
                    N_("School %(udise)s has no village code."),
                    udise=udise,
                )
            )
        if village != udise[:9]:
            raise _LeftOut(
                self.problem(
                    line,
                    "village",
                    "village_disagrees",
                    N_(
                        "School %(udise)s should lie in village %(expected)s by its code, "
                        "but the line says “%(text)s”."
                    ),
                    udise=udise,
                    expected=udise[:9],
                    text=shown(text),
                )
            )
        return village

    def check_district(self, line: Line, udise: str) -> None:
        text = self.cell(line, "district")
        if not text:
            return
        try:
            district = canonical_code(System.UDISE, Level.DISTRICT, text)
        except ValueError:
            district = ""
        if district != udise[:4]:
            raise _LeftOut(
                self.problem(
                    line,
                    "district",
                    "district_disagrees",
                    N_(
                        "School %(udise)s should lie in district %(expected)s by its code, "
                        "but the line says “%(text)s”."
                    ),
                    udise=udise,
                    expected=udise[:4],
                    text=shown(text),
                )
            )

    def lgd_district(self, line: Line, udise: str, asides: list[Problem]) -> str | None:
        text = self.cell(line, "district_lgd")
        try:
            return canonical_code(System.LGD, Level.DISTRICT, text)
        except ValueError:
            asides.append(
                self.aside(
                    self.problem(
                        line,
                        "district_lgd",
                        "not_a_code",
                        N_("School %(udise)s: “%(text)s” is not a district code."),
                        udise=udise,
                        text=shown(text),
                    )
                )
            )
            return None

    def term(
        self,
        line: Line,
        word: str,
        udise: str,
        table: Mapping[str, Term],
        asides: list[Problem],
    ) -> str | None:
        text = self.cell(line, word).removesuffix(".0")
        code = text.lstrip("0") or text
        if not code or code in table:
            return code or None
        asides.append(
            self.aside(
                self.problem(
                    line,
                    word,
                    f"unknown_{word}",
                    N_("School %(udise)s: code “%(text)s” is not known and was left blank."),
                    udise=udise,
                    text=shown(text),
                )
            )
        )
        return None

    def pincode(self, line: Line, udise: str, asides: list[Problem]) -> str | None:
        text = self.cell(line, "pincode").removesuffix(".0")
        if not text.strip("0 "):
            return None
        if _PINCODE.fullmatch(text):
            return text
        asides.append(
            self.aside(
                self.problem(
                    line,
                    "pincode",
                    "wrong_pincode",
                    N_("School %(udise)s: “%(text)s” is not a PIN code and was left blank."),
                    udise=udise,
                    text=shown(text),
                )
            )
        )
        return None

    def position(
        self, line: Line, udise: str, asides: list[Problem]
    ) -> tuple[float | None, float | None]:
        texts = self.cell(line, "lon"), self.cell(line, "lat")
        if not any(texts):
            return None, None
        try:
            lon, lat = (float(t) for t in texts)
        except ValueError:
            template = N_(
                "School %(udise)s: “%(lon)s, %(lat)s” is not a position; it has none now."
            )
            code = "not_a_position"
        else:
            if lon == 0 and lat == 0:
                template = N_("School %(udise)s: the position is 0, 0; it has none now.")
                code = "zero_position"
            elif _is_in_india(lon, lat):
                return lon, lat
            elif _is_in_india(lat, lon):
                template = N_(
                    "School %(udise)s: longitude %(lon)s and latitude %(lat)s look exchanged; "
                    "it has no position now."
                )
                code = "exchanged_position"
            else:
                template = N_(
                    "School %(udise)s: the position %(lon)s, %(lat)s is outside India; "
                    "it has none now."
                )
                code = "position_outside_india"
        asides.append(
            self.aside(
                self.problem(
                    line,
                    "lon",
                    code,
                    template,
                    udise=udise,
                    lon=shown(texts[0]),
                    lat=shown(texts[1]),
                )
            )
        )
        return None, None


def _is_in_india(lon: float, lat: float) -> bool:
    # Comparisons with NaN are false, so NaN is outside.
    return LON_RANGE[0] <= lon <= LON_RANGE[1] and LAT_RANGE[0] <= lat <= LAT_RANGE[1]
