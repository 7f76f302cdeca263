"""What becomes of register pages when their time is over."""

from datetime import date, datetime
from uuid import UUID

import numpy as np

from aanchal.kernel.models import ImportProblem
from aanchal.kernel.sweeping import carries_out, delete, may_go
from aanchal.lib.mark_arrays import counted
from aanchal.lib.marks import Mark
from aanchal.people.models import ClassSection

from .models import RegisterCount, RegisterFile, RegisterPage, RowDecision
from .page_store import page_marks


@may_go("registers.RegisterPage")
def no_decision_stands(rows: list[RegisterPage], at: datetime) -> list[RegisterPage]:
    """Pages of which no row's decision is kept any more: it could not be undone without its page."""
    keep = set(RowDecision.objects.filter(page__in=rows).values_list("page_id", flat=True))
    return [row for row in rows if row.pk not in keep]


@carries_out("registers.RegisterPage")
def leave_counts(rows: list[RegisterPage], at: datetime) -> None:
    """Add the pages up by school and month, and delete them."""
    schools = dict(
        ClassSection.objects.filter(pages__in=rows).values_list("pk", "school_id").distinct()
    )
    sums: dict[tuple[str, UUID, date], dict[str, int]] = {}
    for row in rows:
        held = sums.setdefault(
            (row.district, schools[row.class_section_id], row.month), dict.fromkeys(COUNTED, 0)
        )
        for name, number in _counts(row).items():
            held[name] += number
    keys = [(school, month) for _district, school, month in sums]
    RegisterCount.objects.bulk_create(
        (RegisterCount(district=d, school_id=s, month=m) for d, s, m in sums),
        ignore_conflicts=True,
    )
    standing = RegisterCount.objects.select_for_update().filter(
        school__in={s for s, _m in keys}, month__in={m for _s, m in keys}
    )
    changed = []
    for count in standing.order_by("pk"):
        more = sums.get((count.district, count.school_id, count.month))
        if more is not None:
            for name, number in more.items():
                setattr(count, name, getattr(count, name) + number)
            changed.append(count)
    RegisterCount.objects.bulk_update(changed, COUNTED, batch_size=200)
    delete(RegisterPage, [row.pk for row in rows])


COUNTED = ("pages", "children", "days_taken", "present", "absent", "leave")


def _counts(row: RegisterPage) -> dict[str, int]:
    page = page_marks(row)
    marks = counted(page.marks)
    return {
        "pages": 1,
        "children": len(page.children),
        "days_taken": row.days_taken.bit_count(),
        "present": int(np.count_nonzero(marks == Mark.PRESENT)),
        "absent": int(np.count_nonzero(marks == Mark.ABSENT)),
        "leave": int(np.count_nonzero(marks == Mark.LEAVE)),
    }


@may_go("registers.RegisterFile")
def no_row_waits(rows: list[RegisterFile], at: datetime) -> list[RegisterFile]:
    """Files of which no row waits for a person: without its file nobody could repair one."""
    waiting = ImportProblem.objects.filter(
        source_kind="register",
        source_id__in=[str(row.pk) for row in rows],
        state=ImportProblem.State.OPEN,
    )
    keep = set(waiting.values_list("source_id", flat=True))
    return [row for row in rows if str(row.pk) not in keep]


@carries_out("registers.RegisterFile")
def erase_with_problems(rows: list[RegisterFile], at: datetime) -> None:
    """Delete files together with their rows that were settled: what was decided of one goes with it."""
    keys = [str(row.pk) for row in rows]
    problems = ImportProblem.objects.filter(source_kind="register", source_id__in=keys)
    RowDecision.objects.filter(problem__in=problems).delete()
    problems.delete()
    delete(RegisterFile, [row.pk for row in rows])
