"""Matching a page to its class: which section, whose row, who is left out, what would change.

Reads only, and asks what is known of the class of `KnownClasses`, which loads many at once.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_noop as N_

from aanchal.kernel.sealing import keyed_hash
from aanchal.lib.indic.names import tidy
from aanchal.lib.mark_arrays import tells_of_her
from aanchal.people.rules.matching import Match, Row, match_rows, roll_key
from aanchal.people.rules.promotion import Newcomer, propose
from aanchal.places.models import Body

from .formats.grades import same_section
from .guidance import guidance
from .known_classes import ClassKey, KnownClasses, content
from .left_out import left_out
from .models import RowDecision
from .rules.pages import Merged, PageMarks, merge_pages
from .shown_pages import SET_ASIDE_BEFORE, ShownPage, ShownRow, class_key, note

# Fewer rows than this share of a class with known pupils look like another school's register.
FEW_KNOWN = 0.3
LEAST_ROWS = 5


def settle_section(page: ShownPage, school: Body, classes: KnownClasses) -> None:
    """Write the section as the school's own: the only one of its grade, or the same letter."""
    year = class_key(page, school).year
    known = classes.sections_of(school, year=year, grade=page.grade)
    page.section = own_section(page.section, known)
    if not page.section and page.section not in known and len(known) > 1:
        page.problems.append(
            note(
                "which_section",
                N_("The class has several sections. Say which one this register is of."),
            )
        )


def own_section(section: str, known: Sequence[str]) -> str:
    """A section as its school writes it, of those `known` of its grade: क is A where there is an A."""
    if section in known:
        return section
    if not section:
        return known[0] if len(known) == 1 else section
    alike = [k for k in known if k and same_section(section, k)]
    return alike[0] if len(alike) == 1 else section


CHANGES_MARKS = "changes_marks"


def match_page(page: ShownPage, school: Body, classes: KnownClasses) -> Merged | None:
    """Say of each row whose it is, who is missing, and what would change.

    Returns:
        The class's month as it would be; None when no row is known to be anybody's.
    """
    key, month = class_key(page, school), date.fromisoformat(page.month + "-01")
    known = classes.pupils(key)
    page.enrolled = len(known)
    rows = [Row(roll=r.roll, name=r.name, admission_no=r.admission_no) for r in page.rows]
    for shown, matched in zip(page.rows, match_rows(rows, known), strict=True):
        shown.match = str(matched.state)
        shown.child = matched.key
        shown.suggestions = list(matched.suggestions)
        shown.tag = row_tag(school, key.year, page, shown)
    _remember(page, {k.key for k in known}, month)
    _lay_beside_last_year(page, key, classes)
    sure = sum(r.match == Match.SURE for r in page.rows)
    if known and len(page.rows) >= LEAST_ROWS and sure < FEW_KNOWN * len(page.rows):
        page.asks.append(
            note(
                "another_school",
                N_(
                    "Only %(sure)s of %(rows)s rows are pupils of this class. "
                    "Is this the register of another school or class?"
                ),
                sure=sure,
                rows=len(page.rows),
            )
        )
    given = page.known_marks()
    page.missing = [str(c) for c in missing_of(page, school, given, classes)]
    return _compare(page, key, month, given, classes)


def _lay_beside_last_year(page: ShownPage, key: ClassKey, classes: KnownClasses) -> None:
    """Rows that may be pupils of last year's classes wait for a person, and are enrolled by nobody else.

    Without an admission number only a person can say that a child was promoted.
    """
    unknown = [r for r in page.rows if r.match == Match.UNKNOWN]
    former = classes.last_year(key) if unknown else []
    if not former:
        return
    proposed = propose([Newcomer(r.name, r.sex, r.admission_no) for r in unknown], former)
    for row, one in zip(unknown, proposed, strict=True):
        if one.reason is not None:
            row.match, row.promoted = str(Match.UNSURE), str(one.reason)
            row.suggestions = list(one.keys)


def missing_of(
    page: ShownPage, school: Body, given: PageMarks, classes: KnownClasses | None = None
) -> tuple[UUID, ...]:
    """Pupils of the class whom a page leaves out.

    Args:
        given: its `known_marks`.
    """
    month = date.fromisoformat(page.month + "-01")
    gone = left_out(
        class_key(page, school), month=month, days=page.days, given=given, known=classes
    )
    # Whoever a row may be is asked about there, not as one who is missing.
    proposed = {key for row in page.rows if row.promoted for key in row.suggestions}
    return tuple(child for child in gone if str(child) not in proposed)


def row_tag(school: Body, year: int, page: ShownPage, row: ShownRow) -> str:
    """Keyed hash of a row's class, roll and name: the same row in another month has the same."""
    name = tidy(row.name).casefold()
    said = (str(school.pk), str(year), page.grade, page.section, roll_key(row.roll), name)
    return keyed_hash("|".join(said), purpose="register-row")


def _remember(page: ShownPage, known: set[str], month: date) -> None:
    """Rows a person decided about in an earlier register of this class are as she decided.

    Two rows of one roll number that she let stand are not told again, while both are written so.

    That a row is nobody is believed for some time only where marks of attendance stand in it: a child
    who comes, or who came and is gone, may be behind it, and no register would ever ask after her.
    """
    asked = {r.tag: r for r in page.rows if r.match != Match.SURE}
    taken = {r.child for r in page.rows if r.match == Match.SURE}
    shared = _tag_shared_rolls(page)
    decided = RowDecision.objects.filter(row_tag__in={*asked, *shared}, is_remembered=True)
    believed = timedelta(days=int(guidance()["nobody_believed_days"]))
    for held in decided:
        if held.row_tag in shared:
            page.problems.remove(shared[held.row_tag])
            continue
        row, child = asked[held.row_tag], str(held.child_id)
        if held.child_id is None:
            is_old = month - timezone.localdate(held.decided_at) > believed
            if not (is_old and tells_of_her(row.mark_array()).any()):
                row.match = SET_ASIDE_BEFORE
            elif row.match == Match.UNKNOWN:
                # Asked about by itself: not enrolled with all others in one step.
                row.match = str(Match.UNSURE)
        elif child in known and child not in taken:
            row.match, row.child = str(Match.SURE), child
            taken.add(child)


SAME_ROLL = "same_roll"


def _tag_shared_rolls(page: ShownPage) -> dict[str, dict[str, Any]]:
    """The problems of two rows with one roll number, each by a keyed hash of both rows."""
    tags: dict[int | None, list[str]] = {}
    for row in page.rows:
        tags.setdefault(row.row, []).append(row.tag)
    found: dict[str, dict[str, Any]] = {}
    for problem in page.problems:
        if problem["code"] != SAME_ROLL:
            continue
        both = [*tags.get(problem["row"], ()), *tags.get(problem["params"]["other"], ())]
        if len(both) == 2:  # rows of several sheets may have the same number
            tag = keyed_hash("|".join(sorted(both)), purpose="register-shared-roll")
            problem["params"] = {**problem["params"], "tag": tag}
            found[tag] = problem
    return found


def _compare(
    page: ShownPage, key: ClassKey, month: date, new: PageMarks, classes: KnownClasses
) -> Merged | None:
    if not new.children:
        return None
    held = classes.pages(key).get(month)
    old = content(held) if held is not None else None
    merged = merge_pages(old, new)
    ask_of_changes(page, merged)
    return merged


def ask_of_changes(page: ShownPage, merged: Merged) -> None:
    """Ask of the marks that are in already and would change; nothing where none would."""
    page.added, page.changed, page.absent_to_present = (
        merged.added,
        merged.changed,
        merged.absent_to_present,
    )
    page.asks = [asked for asked in page.asks if asked["code"] != CHANGES_MARKS]
    if merged.changed:
        page.asks.append(
            note(
                CHANGES_MARKS,
                N_(
                    "%(changed)s marks that were already in would change; "
                    "%(absent_to_present)s of them were absences. Is that right?"
                ),
                changed=merged.changed,
                absent_to_present=merged.absent_to_present,
            )
        )


def ask_of_days(page: ShownPage, calendar: Any) -> None:
    """Ask of days on which the school was shut by its calendar."""
    month = date.fromisoformat(page.month + "-01")
    shut = [
        d
        for d in page.days
        if not calendar.is_open(month.replace(day=d))
        and month.replace(day=d).isoweekday() not in calendar.weekly_off
    ]
    if shut:
        page.asks.append(
            note(
                "shut_days",
                N_("By its calendar the school was shut on day %(days)s. Was it open after all?"),
                days=", ".join(str(d) for d in shut),
            )
        )
