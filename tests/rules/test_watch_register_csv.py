"""Wide register files are read at full speed exactly as the slow reader reads them."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aanchal.attendance import formats_fast
from aanchal.attendance.formats_fast import (
    RegisterUnreadable,
    read_slowly,
    read_wide_register,
    scan_wide_register,
)
from aanchal.attendance.rules.planes import marks_from_planes

from .watch_registers import marks_of

cells = st.sampled_from(["P", "A", "L", "H", "", "p", "a", " P", "A ", " ", "l", "h"])
labels = st.sampled_from(["C1", "", "Rani, Class VI", 'say "no"', "अनिता", "a b"])


def text_of(names, days, rows, end="\n", last=True):
    def quoted(text):
        return '"' + text.replace('"', '""') + '"' if set(text) & set(',"') else text

    lines = [",".join([*names, *(d.isoformat() for d in days)])]
    lines += [",".join([*(quoted(t) for t in label), *marks]) for label, marks in rows]
    return (end.join(lines) + (end if last else "")).encode()


@st.composite
def wide_files(draw):
    length = draw(st.sampled_from([1, 2, 3, 4, 5, 8, 9, 63, 64, 65, 130, 256]))
    days = [date(2025, 4, 1) + timedelta(days=n) for n in range(length)]
    names = draw(st.sampled_from([["child"], ["child", "class"]]))
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    odd = draw(st.lists(cells, min_size=1, max_size=5))
    rows = []
    for _ in range(draw(st.integers(0, 8))):
        label = [draw(labels) for _ in names]
        marks = chance.choice(["P", "P", "P", "A", *odd], length).tolist()
        rows.append((label, marks))
    data = text_of(names, days, rows, draw(st.sampled_from(["\n", "\r\n"])), draw(st.booleans()))
    return (b"\xef\xbb\xbf" if draw(st.booleans()) else b"") + data


@given(wide_files(), st.integers(1, 3))
def test_fast_is_slow(tmp_path_factory, data, threads):
    path = tmp_path_factory.mktemp("csv") / "register.csv"
    path.write_bytes(data)

    fast, slow = read_wide_register(path, threads=threads), read_slowly(data)

    assert fast.labels == slow.labels
    assert fast.days == slow.days
    assert (fast.absent == slow.absent).all()
    assert (fast.marked == slow.marked).all()


def test_a_file_of_many_pieces_is_read_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(formats_fast, "_PIECE", 1000)
    days = [date(2025, 4, 1) + timedelta(days=n) for n in range(30)]
    rows = [([f"C{n}"], ["A" if (n + d) % 7 == 0 else "P" for d in range(30)]) for n in range(500)]
    path = tmp_path / "register.csv"
    path.write_bytes(text_of(["child"], days, rows))

    told = []
    read = read_wide_register(path, progress=lambda done, whole: told.append((done, whole)))

    assert [label for (label,) in read.labels] == [f"C{n}" for n in range(500)]
    assert (
        marks_from_planes(read.absent, read.marked, 30) == marks_of(*("".join(m) for _, m in rows))
    ).all()
    assert told[-1] == (path.stat().st_size, path.stat().st_size)
    _days, pieces = scan_wide_register(path)
    assert sum(len(piece.absent) for piece in pieces) == 500


@pytest.mark.parametrize(
    "lines, sentence",
    [
        ("child,2025-04-01,2025-04-02\nC1,P,X\n", "Line 2, column 3: “X” is no mark"),
        ("child,2025-04-01,2025-04-02\nC1,P,A\nC2,P\n", "Line 3: 2 columns where the header has 3"),
        ("child,2025-04-01,2025-04-02\nC1,P,A,A\n", "Line 2: 4 columns"),
        ("child,2025-04-01,2025-04-02\nC1,P,PP\n", "Line 2, column 3: “PP” is no mark"),
        ("child,2025-04-01,2025-04-02\n\n", "Line 2: "),
        ("child,2025-04-01,tomorrow\nC1,P,P\n", "Line 1, column 3: “tomorrow” is no date"),
        ("child,2025-04-02,2025-04-01\nC1,P,P\n", "Line 1, column 3: the days must rise"),
        ("2025-04-02\nP\n", "whose marks"),
        ("child,class\nC1,V\n", "no column is a day"),
        ("nothing", "no column is a day"),
        ("x" * 70_000, "no header line"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, lines, sentence):
    path = tmp_path / "register.csv"
    path.write_text(lines, "utf-8")

    with pytest.raises(RegisterUnreadable, match=sentence):
        read_wide_register(path)


def test_an_error_late_in_a_long_file_names_its_own_line(tmp_path, monkeypatch):
    monkeypatch.setattr(formats_fast, "_PIECE", 600)
    lines = ["child,2025-04-01,2025-04-02"] + [f"C{n},P,A" for n in range(300)]
    lines[217] = "C216,P,?"
    path = tmp_path / "register.csv"
    path.write_text("\n".join(lines), "utf-8")

    with pytest.raises(RegisterUnreadable, match="Line 218, column 3: “\\?”"):
        read_wide_register(path)


def test_a_line_without_end_is_refused_not_swallowed(tmp_path, monkeypatch):
    monkeypatch.setattr(formats_fast, "_PIECE", 1000)
    path = tmp_path / "register.csv"
    path.write_text("child,2025-04-01\nC1," + "P" * 5000, "utf-8")

    with pytest.raises(RegisterUnreadable, match="longer than any register"):
        read_wide_register(path)
