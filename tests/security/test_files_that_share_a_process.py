"""Of files that are read by one limited process a hostile one costs the others nothing, and is refused as alone."""

import io
from dataclasses import replace

import pytest

from aanchal.cli.register_take import take_some
from aanchal.kernel.limited import MAX_TOGETHER, Caps, helper, read_several_in_limits
from aanchal.lib.marks import Mark
from aanchal.lib.tabular.problems import Unreadable
from aanchal.registers import parsing
from aanchal.registers.actions import give_register, read_register
from aanchal.registers.formats.problems import Hints
from aanchal.registers.models import RegisterFile, RegisterPage
from aanchal.registers.page_store import page_marks
from aanchal.registers.parsing import parse_registers, parse_registers_together
from tests.factories import NOW, VILLAGE, a_class, an_actor
from tests.registers.formats.register_samples import SAMPLES, TODAY, as_xlsx
from tests.security.harmful_tasks import HARM
from tests.signing_in import a_school

TASKS = "tests.security.harmful_tasks"
LITTLE = Caps(cpu_seconds=1, wall_seconds=6, memory_bytes=96 << 20, output_bytes=1 << 20)
PATIENT = replace(LITTLE, wall_seconds=60)
UDISE = "10050100101"


@pytest.fixture
def own_helper(monkeypatch):
    """A helper that finds the tasks of these tests."""
    monkeypatch.setattr(helper, "_helpers", [helper.Helper()])
    yield
    helper._helpers[0].stop()


@pytest.fixture
def harm(monkeypatch, own_helper):
    """The readers of registers, but that a file may order harm; with little limits."""
    monkeypatch.setattr(parsing, "_REGISTERS", f"{TASKS}:registers")
    sentence_alone("nothing")  # until the helper has begun, as long as it takes
    for name in ("for_size", "beside_others"):
        monkeypatch.setattr(Caps, name, lambda size: LITTLE)


@pytest.fixture
def readings(monkeypatch):
    """How many files each process that is begun here was given."""
    begun = []
    begin = helper.Helper.begin

    def counted(self, task, files):
        begun.append(len(files))
        return begin(self, task, files)

    monkeypatch.setattr(helper.Helper, "begin", counted)
    return begun


def a_school_with_classes(grades):
    school = a_school(VILLAGE)
    school.school.udise = UDISE
    school.school.save()
    return {grade: a_class(school, grade=grade, pupils=3)[1] for grade in grades}


def register(grade, children):
    """Each pupil is away on the day of her roll number."""
    lines = [f"UDISE: {UDISE} Class: {grade} Section: A Month: July 2026"]
    lines.append("Roll,Name," + ",".join(map(str, range(1, 32))))
    lines += [
        f"{roll},{c.given_name} {c.family_name},"
        + ",".join("A" if day == roll else "P" for day in range(1, 32))
        for roll, c in enumerate(children, 1)
    ]
    return "\n".join(lines) + "\n"


def taken_in(paths):
    hints = {"school": "", "grade": "", "section": "", "month": ""}
    return take_some(paths, hints=hints, answers={}, enrol=False, confirmed=False)


def written(folder, texts):
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{number}.csv" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text)
    return paths


def sentence_alone(text):
    """What is said of a file that is read alone."""
    with pytest.raises(Unreadable) as refusal:
        list(parse_registers(io.BytesIO(text.encode()), filename="f", hints=Hints(), today=TODAY))
    return str(refusal.value)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", HARM)
def test_the_others_are_read_right_and_the_hostile_one_is_refused_as_alone(
    kind, harm, tmp_path, readings, monkeypatch
):
    if kind in ("sleep", "say_what_no_schema_knows"):  # what only waiting ends
        monkeypatch.setattr(Caps, "beside_others", lambda size: replace(LITTLE, wall_seconds=1.5))
    classes = a_school_with_classes(("5", "6", "7"))
    texts = [register(grade, children) for grade, children in classes.items()]
    hostile = f"harm:{kind},\n"
    alone = sentence_alone(hostile)
    readings.clear()

    told = taken_in(written(tmp_path, [*texts[:1], hostile, *texts[1:]]))

    assert readings[0] == 4  # all of them were given to one process first
    assert [t["state"] for t in told] == ["taken", "refused", "taken", "taken"]
    assert told[1]["reason"] == alone
    assert RegisterFile.objects.get(state="refused").refusal == alone
    pages = RegisterPage.objects.all()
    assert len(pages) == 3
    for page in pages:
        away = page_marks(page).marks == Mark.ABSENT
        assert sorted(away[:, :3].sum(axis=0)) == [1, 1, 1] and away.sum() == 3


@pytest.mark.django_db
def test_one_that_is_no_register_is_refused_by_a_process_of_its_own(harm, tmp_path, readings):
    classes = a_school_with_classes(("5", "6"))
    texts = [register(grade, children) for grade, children in classes.items()]
    alone = sentence_alone("a,b\n1,2\n")
    readings.clear()

    told = taken_in(written(tmp_path, [texts[0], "a,b\n1,2\n", texts[1]]))

    assert readings[:2] == [3, 1]
    assert [t["state"] for t in told] == ["taken", "refused", "taken"]
    assert told[1]["reason"] == alone


@pytest.mark.django_db
def test_only_plain_text_of_one_folder_shares_a_process(harm, tmp_path, readings):
    grades = ("3", "4", "5", "6", "7")
    classes = a_school_with_classes(grades)
    texts = [register(grade, children) for grade, children in classes.items()]
    paths = written(tmp_path / "one", texts[:2]) + written(tmp_path / "other", texts[2:4])
    book = tmp_path / "one" / "book.csv"  # whatever it is called
    book.write_bytes(as_xlsx([line.split(",") for line in texts[4].splitlines()]))

    told = taken_in([*paths, book])

    assert {t["state"] for t in told} == {"taken"}
    assert sorted(readings) == [1, 2, 2]


@pytest.mark.django_db
def test_what_is_sent_through_a_page_has_its_own_process(harm, readings):
    [(grade, children)] = a_school_with_classes(("6",)).items()
    school = RegisterFile._meta.get_field("school").related_model.objects.get(school__udise=UDISE)
    for number in range(2):
        source = io.BytesIO(register(grade, children).replace("July", f"{number + 5}").encode())
        held = give_register(
            an_actor(), source=source, filename="f.csv", school=school, hints={}, via="site", at=NOW
        )
        read_register(an_actor(), register=held, at=NOW)

    assert readings and set(readings) == {1}


def test_together_every_sample_is_read_as_alone():
    """No file meets what is left of another: the same pages, whatever was read before."""
    texts = [s for s in SAMPLES if not s.data.startswith((b"PK", b"\xd0\xcf"))]
    assert len(texts) > 100
    differ = []
    for first in range(0, len(texts), MAX_TOGETHER):
        group = texts[first : first + MAX_TOGETHER]
        given = [(io.BytesIO(s.data), s.filename, s.hints) for s in group]
        for sample, pages in zip(group, parse_registers_together(given, today=TODAY), strict=True):
            if pages != _alone(sample):
                differ.append(sample.why)
    assert not differ


def _alone(sample):
    try:
        return list(
            parse_registers(
                io.BytesIO(sample.data), filename=sample.filename, hints=sample.hints, today=TODAY
            )
        )
    except Unreadable:
        return None


def spent(seconds, caps):
    asked = [(io.BytesIO(b"%d" % n), {"seconds": s}) for n, s in enumerate(seconds)]
    return read_several_in_limits(f"{TASKS}:spend", asked, caps=lambda size: caps)


def test_processor_seconds_are_counted_for_each_file(own_helper):
    assert spent([0.7, 0.7, 0.7], PATIENT) == [[b"0"], [b"1"], [b"2"]]
    assert spent([0, 2.5], PATIENT) == [None, None]


def test_the_time_waited_is_counted_for_each_file(own_helper):
    spent([0], PATIENT)  # until the helper has begun
    asked = [(io.BytesIO(b"x"), {"seconds": 0, "pause": 1.5}) for _n in range(3)]

    read = read_several_in_limits(
        f"{TASKS}:spend", asked, caps=lambda size: replace(LITTLE, wall_seconds=4)
    )

    assert read == [[b"x"]] * 3


def test_what_a_shared_process_may_say_is_counted_for_each_file(own_helper):
    data = bytes(700_000)
    asked = [(io.BytesIO(data), {"seconds": 0}) for _n in range(3)]
    assert read_several_in_limits(f"{TASKS}:spend", asked, caps=lambda s: PATIENT) == [[data]] * 3
    asked.append((io.BytesIO(bytes(1_100_000)), {"seconds": 0}))
    assert read_several_in_limits(f"{TASKS}:spend", asked, caps=lambda s: PATIENT) == [None] * 4
