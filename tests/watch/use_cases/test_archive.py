"""The archive of register pages: what is in it, what is not, who may, and what a run leaves alone."""

from datetime import date
from pathlib import Path

import pytest

from aanchal.access.roles import Role
from aanchal.kernel.authz import system_actor
from aanchal.kernel.errors import Invalid, NotAllowed
from aanchal.kernel.models import AuditEvent
from aanchal.people.models import Child, Enrolment
from aanchal.registers.actions import record_page
from aanchal.registers.models import RegisterPage
from aanchal.registers.rules.pages import PageMarks
from aanchal.watch.actions import (
    begin_archive,
    hand_over_archive,
    note_archived,
    open_archive,
    run_watch,
)
from aanchal.watch.archiving import archive_of, verify_archive, write_archive
from aanchal.watch.formats.archive_folder import (
    ArchiveError,
    ArchiveKey,
    Partition,
    one_writer,
    read_key_file,
    read_manifest,
    write_key_file,
)
from aanchal.watch.formats.archive_parquet import read_flags, read_units
from aanchal.watch.models import Flag, RegisterArchive
from aanchal.watch.queries.archives import pseudonyms_of
from aanchal.watch.scoring import score_archive, scored_partitions
from aanchal.watch.scoring_local import LocalEngine
from aanchal.watch.sentences import reason_sentence
from tests.audited import audited
from tests.factories import NAMES, NOW, OTHER_DISTRICT, a_class, a_page, an_actor, marks_of
from tests.signing_in import a_school
from tests.watch.use_cases.test_watch import BACK, FULL, GONE, JULY, JUNE, JUNE_FULL

pytestmark = pytest.mark.django_db

OPERATOR = system_actor("operator")
HERE = Partition("D206", 2026)
THERE = Partition("D207", 2026)
SLIDING = "PPPP.PAPAPP.APAPAP.AAPAPA.AAPAA"


def two_districts():
    section, children = a_class(pupils=10)
    a_page(section, children, [JUNE_FULL] * 10, JUNE)
    a_page(section, children, [*[FULL] * 8, BACK, GONE], JULY)
    other, others = a_class(a_school(OTHER_DISTRICT, name="School beyond the river"), pupils=8)
    record_page(
        an_actor(where="IN/S10/D207"),
        class_section=other,
        month=JULY,
        page=PageMarks(tuple(c.pk for c in others), marks_of([*[FULL] * 7, GONE])),
        register=None,
        received_at=NOW,
        at=NOW,
    )
    return section, children, other, others


def written(folder: Path):
    return write_archive(OPERATOR, folder, at=NOW)


def files_of(folder: Path):
    return {
        p.relative_to(folder).as_posix(): p.stat().st_mtime_ns for p in folder.rglob("*.parquet")
    }


def key_of(folder: Path) -> ArchiveKey:
    return open_archive(OPERATOR, archive=archive_of(folder), purpose="verify")


def flags_in(out: Path, key: ArchiveKey):
    return [
        flag
        for partition, path in scored_partitions(out, key)
        for flag in read_flags(path, key, partition=partition).to_pylist()
    ]


def test_an_archive_has_a_partition_a_district_and_year_and_is_as_the_database_says(tmp_path):
    two_districts()

    done = written(tmp_path / "a")

    key = key_of(tmp_path / "a")
    manifest = read_manifest(tmp_path / "a", key)
    assert done.written == [HERE, THERE]
    assert [e.children for _p, e in sorted(manifest.entries.items())] == [10, 8]
    found = verify_archive(tmp_path / "a", key, against_database=True)
    assert (found.whole, found.damaged, found.behind) == ([HERE, THERE], [], [])


def test_only_what_changed_is_written_again(tmp_path):
    section, children, _other, _others = two_districts()
    written(tmp_path / "a")
    before = files_of(tmp_path / "a")
    unchanged = written(tmp_path / "a")
    assert files_of(tmp_path / "a") == before

    a_page(section, children[9:], [FULL], JULY)
    key = key_of(tmp_path / "a")
    behind = verify_archive(tmp_path / "a", key, against_database=True)
    done = written(tmp_path / "a")

    assert (unchanged.written, unchanged.unchanged) == ([], [HERE, THERE])
    assert len(behind.behind) == 1 and "D206" in behind.behind[0] and not behind.damaged
    assert (done.written, done.unchanged) == ([HERE], [THERE])
    after = files_of(tmp_path / "a")
    assert {n: t for n, t in after.items() if "D207" in n} == {
        n: t for n, t in before.items() if "D207" in n
    }
    assert len(after) == 2
    assert verify_archive(tmp_path / "a", key, against_database=True).whole == [HERE, THERE]


def test_what_the_database_no_longer_keeps_leaves_the_archive(tmp_path):
    *_rest, other, _others = two_districts()
    written(tmp_path / "a")
    RegisterPage.objects.filter(class_section=other).delete()

    done = written(tmp_path / "a")

    assert done.removed == [THERE]
    assert not list((tmp_path / "a" / THERE.path).glob("*.parquet"))


def test_an_empty_database_does_not_empty_the_archive(tmp_path):
    two_districts()
    written(tmp_path / "a")
    RegisterPage.objects.all().delete()

    with pytest.raises(ArchiveError, match="left as it is"):
        written(tmp_path / "a")

    assert len(files_of(tmp_path / "a")) == 2


def test_one_flipped_byte_is_found_in_every_file(tmp_path):
    two_districts()
    written(tmp_path / "a")
    key = key_of(tmp_path / "a")

    for path in sorted((tmp_path / "a").rglob("*.parquet")):
        whole = path.read_bytes()
        for at in (len(whole) // 3, len(whole) - 9):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            assert len(verify_archive(tmp_path / "a", key, against_database=False).damaged) == 1
        path.write_bytes(whole)
    manifest = tmp_path / "a" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"children": 10', '"children": 11'))
    with pytest.raises(ArchiveError, match="changed"):
        verify_archive(tmp_path / "a", key, against_database=False)


def test_a_damaged_or_lost_file_is_written_again(tmp_path):
    two_districts()
    written(tmp_path / "a")
    damaged, lost = sorted((tmp_path / "a").rglob("*.parquet"))
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")
    lost.unlink()

    done = written(tmp_path / "a")

    assert done.written == [HERE, THERE]
    found = verify_archive(tmp_path / "a", key_of(tmp_path / "a"), against_database=True)
    assert found.whole == [HERE, THERE]


def test_no_name_and_no_known_id_is_in_any_byte_even_opened(tmp_path):
    section, children, *_rest = two_districts()
    written(tmp_path / "a")
    key = key_of(tmp_path / "a")
    manifest = read_manifest(tmp_path / "a", key)

    closed = b"".join(p.read_bytes() for p in (tmp_path / "a").rglob("*") if p.is_file())
    opened = b"".join(
        value if isinstance(value, bytes) else str(value).encode()
        for partition, entry in manifest.entries.items()
        for table in read_units(
            tmp_path / "a" / partition.path / entry.file,
            key,
            kind="pages",
            partition=partition,
            units=None,
        )
        for row in table.to_pylist()
        for value in row.values()
    )
    names = {word for name in NAMES for word in name.split() if len(word) > 3}
    canaries = {word.encode() for word in names | {"Guardian", "School beyond"}}
    canaries |= {code.encode() for code in Child.objects.values_list("code", flat=True)}
    for row in [section, section.school, *children]:
        canaries |= {row.pk.bytes, row.pk.hex.encode(), str(row.pk).encode()}
    assert b"D206" in closed and b"B1851" in opened and b"B1851" not in closed
    for canary in canaries:
        assert canary not in closed and canary not in opened, canary
    for path in (tmp_path / "a").rglob("*.parquet"):
        assert path.read_bytes()[:4] == b"PARE"  # Parquet with a sealed footer
        assert path.stat().st_mode & 0o777 == 0o600


def test_two_archives_of_the_same_children_cannot_be_laid_side_by_side(tmp_path):
    _section, children, *_rest = two_districts()
    written(tmp_path / "a")
    written(tmp_path / "b")

    first, second = (archive_of(tmp_path / name).pk for name in "ab")
    assert pseudonyms_of(first)("child", children[0].pk) != pseudonyms_of(second)(
        "child", children[0].pk
    )
    with pytest.raises(ArchiveError, match="another archive"):
        read_manifest(tmp_path / "b", key_of(tmp_path / "a"))


def test_the_archive_scores_as_the_nightly_watch_does(tmp_path):
    section, children = a_class(pupils=12)
    a_page(section, children, [JUNE_FULL] * 12, JUNE)
    a_page(section, children, [*[FULL] * 9, SLIDING, BACK, GONE], JULY)
    other, others = a_class(grade="7", pupils=9)
    a_page(other, others, [*[FULL] * 8, GONE], JULY)
    for day in range(1, 31):
        run_watch(system_actor("watch"), on=date(2026, 6, day), at=NOW)
    for day in range(1, 32):
        run_watch(system_actor("watch"), on=date(2026, 7, day), at=NOW)
    written(tmp_path / "a")
    key = key_of(tmp_path / "a")

    score_archive(tmp_path / "a", key, tmp_path / "out", LocalEngine())

    pseudonym = pseudonyms_of(archive_of(tmp_path / "a").pk)
    nightly = {
        (
            pseudonym("child", flag.child_id).hex(),
            flag.signal_on,
            flag.channel,
            flag.score,
            reason_sentence(flag.reason, ""),
        )
        for flag in Flag.objects.all()
    }
    scored = {tuple(flag.values()) for flag in flags_in(tmp_path / "out", key)}
    assert len(nightly) >= 3
    # A child is asked after once at a time: the archive may know of a later question as well.
    assert nightly <= scored
    assert {f[0] for f in nightly} == {f[0] for f in scored}


def test_a_child_who_changes_class_in_the_year_is_asked_after_in_neither_for_it(tmp_path):
    section, children = a_class(pupils=10)
    other, others = a_class(grade="7", pupils=10)
    a_page(section, children, [JUNE_FULL] * 10, JUNE)
    a_page(other, others, [JUNE_FULL] * 10, JUNE)
    a_page(section, children[1:], [*[FULL] * 8, GONE], JULY)
    Enrolment.objects.filter(child=children[0]).update(ends_on=JULY, ended_by="moved")
    Enrolment.objects.create(
        district="D206", child=children[0], class_section=other, starts_on=JULY
    )
    a_page(other, [*others, children[0]], [FULL] * 11, JULY)
    written(tmp_path / "a")
    key = key_of(tmp_path / "a")

    score_archive(tmp_path / "a", key, tmp_path / "out", LocalEngine())

    pseudonym = pseudonyms_of(archive_of(tmp_path / "a").pk)
    assert {flag["child"] for flag in flags_in(tmp_path / "out", key)} == {
        pseudonym("child", children[9].pk).hex()
    }
    assert read_manifest(tmp_path / "a", key).entries[HERE].children == 21


def test_a_block_keeps_the_threshold_it_set(tmp_path):
    from aanchal.watch.actions import set_visit_budget

    section, *_rest = two_districts()
    set_visit_budget(
        an_actor(),
        area=section.school.area.parent.parent,
        visits_per_1000_month=1,
        policy={"threshold": 50.0},
        at=NOW,
    )
    written(tmp_path / "a")
    key = key_of(tmp_path / "a")

    score_archive(tmp_path / "a", key, tmp_path / "out", LocalEngine())

    found = dict(scored_partitions(tmp_path / "out", key))
    assert read_flags(found[HERE], key, partition=HERE).num_rows == 0
    assert read_flags(found[THERE], key, partition=THERE).num_rows == 1


def test_each_step_leaves_its_trace(tmp_path):
    two_districts()
    written(tmp_path / "a")
    archive = archive_of(tmp_path / "a")

    hand_over_archive(OPERATOR, archive=archive, to="The state's analyst", why="Budget", at=NOW)

    verbs = audited().filter(target_id=str(archive.pk)).values_list("verb", "district")
    assert sorted(verbs) == [
        ("archive.begun", ""),
        ("archive.handed_over", ""),
        ("archive.opened", ""),
        ("register.archived", "D206"),
        ("register.archived", "D207"),
    ]
    archive.refresh_from_db()
    assert [line["to"] for line in archive.handed_over] == ["The state's analyst"]
    assert not audited().filter(changes__icontains="analyst").exists()


@pytest.mark.parametrize(
    "role", [Role.COORDINATOR, Role.ADMINISTRATOR, Role.TEACHER, Role.CASE_WORKER, Role.VOLUNTEER]
)
def test_nobody_archives_opens_or_hands_over_who_may_not(role, tmp_path):
    two_districts()
    written(tmp_path / "a")
    archive = archive_of(tmp_path / "a")
    actor = an_actor(role, "IN")

    for attempt in (
        lambda: begin_archive(actor, area_path="IN", at=NOW),
        lambda: open_archive(actor, archive=archive, purpose="score"),
        lambda: note_archived(
            actor, archive=archive, district="D206", year=2026, children=1, at=NOW
        ),
        lambda: hand_over_archive(actor, archive=archive, to="me", why="so", at=NOW),
        lambda: write_archive(actor, tmp_path / "b", at=NOW),
    ):
        with pytest.raises(NotAllowed):
            attempt()

    assert audited().filter(outcome=AuditEvent.Outcome.REFUSED).count() == 5
    assert RegisterArchive.objects.count() == 1
    assert not files_of(tmp_path / "b")


def test_a_key_goes_to_somebody_named_for_a_reason_or_not_at_all(tmp_path):
    two_districts()
    written(tmp_path / "a")

    for to, why in (("", "Budget"), ("Analyst", " "), ("x" * 201, "Budget")):
        with pytest.raises(Invalid):
            hand_over_archive(OPERATOR, archive=archive_of(tmp_path / "a"), to=to, why=why, at=NOW)
    with pytest.raises(Invalid):
        open_archive(OPERATOR, archive=archive_of(tmp_path / "a"), purpose="curiosity")


def test_a_key_file_opens_the_archive_elsewhere_and_only_its_owner_reads_it(tmp_path):
    two_districts()
    written(tmp_path / "a")
    key = hand_over_archive(
        OPERATOR, archive=archive_of(tmp_path / "a"), to="Analyst", why="Budget", at=NOW
    )
    write_key_file(tmp_path / "key", key)

    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert read_key_file(tmp_path / "key") == key
    assert "secret" not in repr(key)
    with pytest.raises(ArchiveError, match="already"):
        write_key_file(tmp_path / "key", key)
    (tmp_path / "key").chmod(0o640)
    with pytest.raises(ArchiveError, match="chmod 600"):
        read_key_file(tmp_path / "key")


def test_two_writers_do_not_write_at_once(tmp_path):
    two_districts()

    with one_writer(tmp_path / "a"), pytest.raises(ArchiveError, match="Another command"):
        written(tmp_path / "a")


def test_an_archive_of_another_database_is_left_alone(tmp_path):
    two_districts()
    written(tmp_path / "a")
    RegisterArchive.objects.all().delete()

    with pytest.raises(ArchiveError, match="another database"):
        written(tmp_path / "a")


def test_a_row_group_is_small_and_holds_whole_classes(tmp_path, monkeypatch):
    """What is in memory at a time is a row group, whatever the size of a district."""
    for grade in "345678":
        section, children = a_class(grade=grade, pupils=6)
        a_page(section, children, [JUNE_FULL] * 6, JUNE)
        a_page(section, children, [*[FULL] * 5, GONE], JULY)
    written(tmp_path / "one")
    monkeypatch.setattr("aanchal.watch.queries.archives.UNIT_ROWS", 10)
    written(tmp_path / "many")

    found = {}
    for name in ("one", "many"):
        folder, key = tmp_path / name, key_of(tmp_path / name)
        entry = read_manifest(folder, key).entries[HERE]
        units = list(
            read_units(
                folder / HERE.path / entry.file, key, kind="pages", partition=HERE, units=None
            )
        )
        score_archive(folder, key, tmp_path / f"{name}-flags", LocalEngine())
        asked = [tuple(flag.values())[1:] for flag in flags_in(tmp_path / f"{name}-flags", key)]
        found[name] = ([unit.num_rows for unit in units], sorted(asked))
        classes = [set(unit.column("class").to_pylist()) for unit in units]
        assert sum(map(len, classes)) == len(set.union(*classes)) == 6

    assert (found["one"][0], found["many"][0]) == ([36], [12, 12, 12])
    assert found["one"][1] == found["many"][1] and len(found["one"][1]) == 6


def test_queries_do_not_grow_with_classes(tmp_path, django_assert_max_num_queries):
    for grade in "345678":
        section, children = a_class(grade=grade, pupils=6)
        a_page(section, children, [FULL] * 6, JULY)
    written(tmp_path / "a")
    a_page(section, children[:1], [GONE], JULY)

    with django_assert_max_num_queries(40):
        written(tmp_path / "a")
