"""Drawing the made-up map: areas and schools, with codes that exist nowhere."""

from random import Random

from .calendar import FRIDAY, SUNDAY
from .facts import BENGALI, HINDI, Area, Block, School
from .names import PlaceWord, invented_places

STATE_CODE = 99
DISTRICT_CODE = 9901

# The sea south of the delta: inside the country's frame, and nobody lives there.
_SEA = (89.2, 19.4)

# Villages (by index in the block) whose name the school system spells otherwise.
_UDISE_SPELLS = {
    (1, 4): "HARSINGAR PATTI",
    (1, 9): "LAHARIA GACHI",
    (2, 2): "TUNTUNI GACHHA",
    (2, 4): "MACHRANGAKHALI",
}

# (block, village index, kind, lowest class, highest class, Urdu-medium or madrasa)
_SCHOOLS = (
    (1, 0, "UMS", 1, 8, False),
    (1, 0, "HS", 9, 10, False),
    (1, 1, "PS", 1, 5, False),
    (1, 2, "PS", 1, 5, False),
    (1, 3, "UMS", 1, 8, False),
    (1, 4, "PS", 1, 5, False),
    (1, 5, "PS", 1, 5, False),
    (1, 5, "PSU", 1, 5, True),
    (1, 6, "PS", 1, 5, False),
    (1, 7, "UHS", 1, 10, False),
    (1, 8, "PS", 1, 5, False),
    (1, 9, "UMSU", 1, 8, True),
    (2, 0, "FP", 1, 4, False),
    (2, 0, "HSB", 5, 10, False),
    (2, 1, "FP", 1, 4, False),
    (2, 2, "FP", 1, 4, False),
    (2, 3, "FP", 1, 4, False),
    (2, 3, "JHS", 5, 8, False),
    (2, 4, "FP", 1, 4, False),
    (2, 5, "MAD", 1, 10, True),
    (2, 6, "FP", 1, 4, False),
    (2, 7, "FP", 1, 4, False),
    (2, 7, "HSB", 5, 10, False),
    (2, 9, "FP", 1, 4, False),
)

# kind: (name in the directory, name in its own script)
_NAMES = {
    "PS": ("P.S. {}", "प्राथमिक विद्यालय {}"),
    "PSU": ("P.S. {} URDU", "प्राथमिक विद्यालय {} उर्दू"),
    "UMS": ("U.M.S. {}", "उत्क्रमित मध्य विद्यालय {}"),
    "UMSU": ("U.M.S. {} URDU", "उत्क्रमित मध्य विद्यालय {} उर्दू"),
    "HS": ("H.S. {}", "उच्च विद्यालय {}"),
    "UHS": ("U.H.S. {}", "उत्क्रमित उच्च विद्यालय {}"),
    "FP": ("{} F P SCHOOL", "{} অবৈতনিক প্রাথমিক বিদ্যালয়"),
    "JHS": ("{} JR. HIGH SCHOOL", "{} জুনিয়র হাই স্কুল"),
    "HSB": ("{} HIGH SCHOOL", "{} উচ্চ বিদ্যালয়"),
    "MAD": ("{} HIGH MADRASAH", "{} হাই মাদ্রাসা"),
}


def _words(level: str, block: int = 0) -> list[PlaceWord]:
    return [word for word in invented_places() if word.level == level and word.block == block]


def hamlets(block: int) -> list[PlaceWord]:
    """Hamlet names of a block; every village has some of them."""
    return _words("hamlet", block)


def draw_state_and_district() -> tuple[Area, Area]:
    state_word, district_word = _words("state")[0], _words("district")[0]
    state = Area(
        "state",
        STATE_CODE,
        state_word.latin,
        state_word.own,
        f"IN/S{STATE_CODE}",
        str(STATE_CODE),
        state_word.latin,
        _SEA,
    )
    district = Area(
        "district",
        DISTRICT_CODE,
        district_word.latin,
        district_word.own,
        f"{state.path}/D{DISTRICT_CODE}",
        f"{STATE_CODE}01",
        district_word.latin.upper(),
        _SEA,
    )
    return state, district


def draw_block(rng: Random, district: Area, number: int) -> Block:
    """A block of ten villages in three panchayats, laid out as a loose ring of dots."""
    word = _words("block", number)[0]
    centre = (_SEA[0] + 0.18 * (number - 1), _SEA[1] + 0.06 * (number - 1))
    code = DISTRICT_CODE * 10 + number
    block_area = Area(
        "block",
        code,
        word.latin,
        word.own,
        f"{district.path}/B{code}",
        f"{district.udise}{number:02d}",
        word.latin.upper(),
        centre,
    )
    panchayats = [
        Area(
            "panchayat",
            code * 10 + n,
            panchayat.latin,
            panchayat.own,
            f"{block_area.path}/P{code * 10 + n}",
            "",
            "",
            centre,
        )
        for n, panchayat in enumerate(_words("panchayat", number), 1)
    ]
    villages = []
    for index, village in enumerate(_words("village", number)):
        parent = panchayats[min(index * len(panchayats) // 10, len(panchayats) - 1)]
        village_code = code * 100 + index + 1
        villages.append(
            Area(
                "village",
                village_code,
                village.latin,
                village.own,
                f"{parent.path}/V{village_code}",
                f"{block_area.udise}{index + 1:03d}",
                _UDISE_SPELLS.get((number, index), village.latin.upper()),
                (
                    round(centre[0] + rng.uniform(-0.05, 0.05), 5),
                    round(centre[1] + rng.uniform(-0.05, 0.05), 5),
                ),
            )
        )
    return Block(
        number, block_area, HINDI if number == 1 else BENGALI, tuple(panchayats), tuple(villages)
    )


def draw_schools(rng: Random, blocks: tuple[Block, ...]) -> list[School]:
    """The schools in the order of their codes."""
    count: dict[str, int] = {}
    schools = []
    for number, index, kind, lowest, highest, is_madrasa in _SCHOOLS:
        block = blocks[number - 1]
        village = block.villages[index]
        count[village.udise] = count.get(village.udise, 0) + 1
        latin, own = _NAMES[kind]
        schools.append(
            School(
                f"{village.udise}{count[village.udise]:02d}",
                latin.format(village.udise_name),
                own.format(village.own_name),
                number,
                village,
                lowest,
                highest,
                block.language,
                FRIDAY if is_madrasa else SUNDAY,
                is_madrasa,
                (
                    round(village.position[0] + rng.uniform(-0.004, 0.004), 6),
                    round(village.position[1] + rng.uniform(-0.004, 0.004), 6),
                ),
            )
        )
    return schools
