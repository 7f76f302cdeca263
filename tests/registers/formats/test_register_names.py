"""Children whose names are words of a register: read as children, or named to whoever sends the file."""

import pytest

from tests.registers.formats.register_samples import as_csv
from tests.registers.formats.test_register_traps import CHILDREN, TITLE, codes, noted, pages_of

WORDS = (
    "Present", "Total", "Leave", "Holiday", "Sunday", "Sign", "Seal", "Date", "Name", "July", "Boys", "P",
    "उपस्थित", "कुल", "छुट्टी", "रविवार", "छात्र", "शिक्षक", "जुलाई", "হাজিরা", "মোট", "ছুটি", "মন্তব্য", "ছাত্র",
)  # fmt: skip
DAYS = 10
WAYS = {
    "letters": ("P", "A", None),
    "numerals": ("1", "0", "1 = Present, 0 = Absent"),
    "ticks": ("✓", "A", None),
    "absences": ("", "A", "Only absence is marked (A). Blank = Present"),
    "presences": ("X", "", "X = Present, blank = Absent"),
}
HEADS = (("Roll No", "Name"), ("Sl No", "Name"), ("Name",))


def names(word: str, at: int) -> list[str]:
    return [*CHILDREN[:at], word, *CHILDREN[at + 1 :]]


def register(
    called: list[str], at: int, way: str, head: tuple[str, ...], *, always: bool
) -> list[list]:
    """Each day somebody else is absent, but the child at `at` may always have come."""
    came, away, key = WAYS[way]
    rows: list[list] = [[TITLE], *([[key]] if key else []), [*head, *range(1, DAYS + 1)]]
    for child, name in enumerate(called):
        marks = [came] * DAYS
        if not (child == at and always):
            marks[2 * child % DAYS] = marks[(2 * child + 1) % DAYS] = away
        rows.append([*([child + 1] if len(head) > 1 else []), name, *marks])
    return rows


def lost(rows: list[list], called: list[str]) -> bool:
    """True where a child is missing from the pages and no problem or question was raised."""
    pages = pages_of(as_csv(rows))
    read = [row.name for page in pages for row in page.pupils]
    return read != called and not any(codes(page) for page in pages)


@pytest.mark.parametrize("at", [0, 2, 5])
@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("way", WAYS)
def test_a_child_named_like_a_word_of_a_register_is_never_lost_in_silence(way, head, at):
    for word in WORDS:
        called = names(word, at)
        for always in (False, True):
            if (way, head, at, always) == ("absences", ("Name",), 0, True) and word in (
                "Name",
                "ছাত্র",
                "छात्र",
            ):
                continue  # nothing but the word of the head below itself: a head of two lines
            assert not lost(register(called, at, way, head, always=always), called), word


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("way", WAYS)
def test_beside_a_roll_number_and_marks_such_a_name_is_a_childs(word, way):
    for at in (0, 2, 5):
        called = names(word, at)
        (page,) = pages_of(as_csv(register(called, at, way, HEADS[0], always=False)))
        assert [row.name for row in page.pupils] == called


@pytest.mark.parametrize("word", WORDS)
def test_in_lists_blocks_and_across_such_a_name_is_a_childs(word):
    called = names(word, 2)
    listed = [[TITLE], ["Date: 01-07-2026"], ["Name", "Status"]]
    listed += [[name, "PA"[child == 4]] for child, name in enumerate(called)]
    long = [[TITLE], ["Date", "Name", "Status"]]
    long += [[f"0{day}-07-2026", name, "Present"] for day in (1, 2, 3) for name in called]
    across = [[TITLE], ["Roll No", *range(1, 7)], ["Date", *called]]
    across += [[day, *["PA"[(child + day) % 7 == 0] for child in range(6)]] for day in range(1, 11)]
    blocks = [
        ["Monthly Status Report"],
        ["01-Jul-2026 To 10-Jul-2026"],
        ["Class VI A"],
        ["Days", *range(1, 11)],
    ]
    for child, name in enumerate(called):
        blocks += [
            ["Roll No:", child + 1, "Name:", name],
            ["Status", *"PPPPPPPPAP"],
            ["InTime", *["08:01"] * 10],
        ]

    for rows in (listed, long, across, blocks):
        assert [row.name for page in pages_of(as_csv(rows)) for row in page.pupils] == called


def test_every_child_of_one_day_in_periods_is_read_whatever_her_name():
    rows = [["Class III A"], ["Date: 03-08-2026"], ["", "Period"], ["Name", *range(1, 9)]]
    called = names("হাজিরা", 3)
    rows += [[name, *("1" * 8 if child != 1 else "0" * 8)] for child, name in enumerate(called)]
    rows.append(["1 = Present, 0 = Absent"])

    (page,) = pages_of(as_csv(rows))

    assert [row.name for row in page.pupils] == called


def test_sums_and_signatures_below_the_children_stay_lines_of_the_foot():
    rows = register(CHILDREN, 0, "letters", ("Name",), always=False)
    rows += [
        ["Total", *[6] * DAYS],
        ["Boys present", *[1] * DAYS],
        ["Class Teacher", *["P"] * DAYS],
        ["Seal"],
    ]

    (page,) = pages_of(as_csv(rows))

    assert [row.name for row in page.pupils] == CHILDREN
    assert not codes(page)
    assert {"line_of_foot", "line_of_sums"} & noted(page)


def test_a_row_of_ones_that_counts_the_children_is_none_of_them_though_another_follows():
    rows = register(CHILDREN[:2], 0, "numerals", ("Name",), always=False)
    rows[3:] = [
        [CHILDREN[0], *"1101011010"],
        [CHILDREN[1], *"0010100101"],
        ["Present", *"1111111111"],
        [CHILDREN[2], *"1111111111"],
    ]

    (page,) = pages_of(as_csv(rows))

    assert [row.name for row in page.pupils] == CHILDREN[:3]
    assert "sum_or_child" in codes(page)


def test_a_letter_of_sunday_beside_a_child_named_like_a_sum_does_not_lose_her():
    rows = register(names("হাজিরা", 1), 0, "numerals", ("Sl No", "Name"), always=False)
    for row, letter in zip(rows[3:], "SUNDAY", strict=True):
        row[6] = letter
    (page,) = pages_of(as_csv(rows))
    assert "হাজিরা" in [row.name for row in page.pupils]

    rows = register(names("হাজিরা", 1), 0, "numerals", ("Name",), always=False)
    rows[4][5] = "U"
    (page,) = pages_of(as_csv(rows))
    assert "হাজিরা" in [row.name for row in page.pupils]
