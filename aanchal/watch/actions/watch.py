"""The watch: score the classes whose registers changed, and raise what must be asked.

Cheap when nothing came: a class whose pages are as they were is not even unpacked. A new day moves
the running state by that day alone; a correction scores the class again from the last month before
it. Twice on one day raises nothing twice.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

import numpy as np
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, Scope, require
from aanchal.kernel.errors import Invalid
from aanchal.kernel.stages import move
from aanchal.kernel.statistics import Counted, Happened, count
from aanchal.lib.early_warning.class_states import (
    grow_state,
    join_states,
    open_questions,
    part_states,
)
from aanchal.lib.early_warning.policy import RULE_VERSION, Policy
from aanchal.lib.early_warning.rule import Signals, run_days, start_state
from aanchal.lib.early_warning.state import WatchState
from aanchal.people.models import Child, ClassSection
from aanchal.places.models import Area, block_path
from aanchal.registers.models import RegisterPage
from aanchal.registers.rules.pages import (
    ClassBook,
    PageMarks,
    bind,
    pack_children,
    page_hash,
    unpack_children,
    unpack_marks,
)

from ..asking_again import Seen, reasons_to_ask_again, shows_away
from ..models import ClassState, Flag, VisitBudget, Withdrawal
from ..permissions import WatchPermission
from ..policies import policy_in_force
from ..rules.sentences import Reason, reason_of
from ..verbs import WatchVerb

BATCH = 100
LOOK_BACK = timedelta(days=92)
Progress = Callable[[int, int], None]


@dataclass
class WatchRun:
    """What one run of the watch did."""

    classes: int = 0
    scored: int = 0
    raised: list[UUID] = field(default_factory=list)
    doubted: int = 0  # flags that no mark supports now; the coordinator is asked


def run_watch(
    actor: Actor,
    *,
    on: date,
    at: datetime,
    classes: Iterable[UUID] | None = None,
    progress: Progress | None = None,
) -> WatchRun:
    """Score every class-section whose registers changed, with the marks up to `on`.

    Written in short transactions, a batch of classes each; a crash loses at most the batch under
    way, which the next run does again.

    Args:
        on: the last register day looked at; nothing after it is seen.
        classes: only these class-sections; None for all with a recent page.
    """
    policy = policy_in_force()
    fresh = RegisterPage.objects.filter(month__lte=on, month__gte=(on - LOOK_BACK).replace(day=1))
    if classes is not None:
        fresh = fresh.filter(class_section__in=list(classes))
    ids = sorted(set(fresh.values_list("class_section_id", flat=True)))
    done = WatchRun(classes=len(ids))
    for start in range(0, len(ids), BATCH):
        if progress is not None:
            progress(start, len(ids))
        batch = ids[start : start + BATCH]
        raise_flags(actor, class_ids=batch, on=on, at=at, policy=policy, done=done)
    if progress is not None:
        progress(len(ids), len(ids))
    return done


@use_case
def raise_flags(
    actor: Actor,
    *,
    class_ids: list[UUID],
    on: date,
    at: datetime,
    policy: Policy,
    done: WatchRun,
) -> WatchRun:
    """Score a batch of class-sections, raise their new flags, ask about what a correction undid.

    A flag is never withdrawn here: corrected marks make a question for the coordinator.

    Raises:
        NotAllowed: the watch may not be run over one of these schools.
    """
    sections = list(
        ClassSection.objects.filter(pk__in=class_ids)
        .select_related("school__area")
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    for school in {s.school_id: s for s in sections}.values():
        require(actor, WatchPermission.WATCH_RUN, school)
    works = _work_to_do(sections, on=on)
    for group in _by_start(works):
        _score(group, policy)
    _keep_states(works, on=on)
    raised, doubted, lapsed = _settle_flags(works, on=on, at=at)
    done.scored += len(works)
    done.raised += [f.pk for f in raised]
    done.doubted += len(doubted)
    count(
        [
            Happened(
                Counted.FLAG_RAISED,
                f.district,
                _flag_scope(f).area_path,
                child_id=f.child_id,
                detail=str(f.channel),
            )
            for f in raised
        ],
        at=at,
    )
    for flag in raised:
        record(actor, WatchVerb.FLAG_RAISED, flag, scope=_flag_scope(flag), channel=flag.channel)
    for question in doubted:
        scope = _flag_scope(question.flag)
        record(actor, WatchVerb.WITHDRAWAL_ASKED, question, scope=scope)
    for question in lapsed:
        scope = _flag_scope(question.flag)
        record(actor, WatchVerb.WITHDRAWAL_LAPSED, question, scope=scope)
    return done


def _flag_scope(flag: Flag) -> Scope:
    return Scope(area_path=flag.area.path, district=flag.district)


@dataclass
class _Work:
    """One class-section to score: its book, where scoring starts, and what comes out."""

    section: ClassSection
    heads: list[tuple[date, str]]
    pages: list[tuple[date, PageMarks, RegisterPage]]
    book: ClassBook
    whole_hash: str
    start: date | None
    state: WatchState
    running: ClassState | None
    checkpoints: dict[date, ClassState]
    made: dict[date, bytes] = field(default_factory=dict)  # the state at a month's end
    signals: list[tuple[UUID, Reason]] = field(default_factory=list)

    @property
    def block(self) -> str:
        return block_path(self.section.school.area.path)

    def hash_until(self, until: date) -> str:
        """Hash of all marks up to a day, from the heads of months past and the day's own page."""
        return _hash_until(self.heads, self.pages, until)


def _hash_until(
    heads: list[tuple[date, str]], pages: list[tuple[date, PageMarks, RegisterPage]], until: date
) -> str:
    digest = hashlib.sha256()
    this_month = until.replace(day=1)
    for month, page_digest in heads:
        if month < this_month:
            digest.update(page_digest.encode())
    for month, page, _held in pages:
        if month == this_month:
            cut = page.marks.copy()
            cut[:, until.day :] = 0
            digest.update(page_hash(PageMarks(page.children, cut)).encode())
    return digest.hexdigest()


def _work_to_do(sections: list[ClassSection], *, on: date) -> list[_Work]:
    """Classes whose pages differ from what their running state saw; marks unpacked for them only."""
    heads: dict[UUID, list[tuple[date, str]]] = {}
    rows = RegisterPage.objects.filter(class_section__in=sections, month__lte=on)
    for section_id, month, page in rows.order_by("month").values_list(
        "class_section_id", "month", "input_hash"
    ):
        heads.setdefault(section_id, []).append((month, page))
    states: dict[UUID, dict[date | None, ClassState]] = {}
    for state in ClassState.objects.filter(class_section__in=sections):
        states.setdefault(state.class_section_id, {})[state.month] = state
    changed: dict[UUID, str] = {}
    for section in sections:
        whole = hashlib.sha256(repr((heads.get(section.pk), _cut(heads, section, on))).encode())
        running = states.get(section.pk, {}).get(None)
        if (
            running is None
            or running.pages_hash != whole.hexdigest()
            or running.rule_version != RULE_VERSION
        ):
            changed[section.pk] = whole.hexdigest()
    works = []
    left = {s.pk: s for s in sections if s.pk in changed}
    # Nearly always the running state still holds, and only the pages since its day are unpacked.
    still = {pk: states[pk][None] for pk in left if None in states.get(pk, {})}
    recent = Q(pk__in=[])
    for pk, state in still.items():
        recent |= Q(class_section=pk, month__gte=state.as_of.replace(day=1))
    for pk, pages in _unpacked(rows.filter(recent), on=on).items():
        state = still[pk]
        fits = state.rule_version == RULE_VERSION
        if fits and _hash_until(heads[pk], pages, state.as_of) == state.input_hash:
            works.append(_work(left.pop(pk), heads[pk], pages, states[pk], changed[pk], state))
    for pk, pages in _unpacked(rows.filter(class_section__in=list(left)), on=on).items():
        kept = _newest_that_holds(heads[pk], pages, states.get(pk, {}))
        works.append(_work(left[pk], heads[pk], pages, states.get(pk, {}), changed[pk], kept))
    return works


def _unpacked(
    rows: QuerySet[RegisterPage], *, on: date
) -> dict[UUID, list[tuple[date, PageMarks, RegisterPage]]]:
    """Class-section → its pages, oldest first, with nothing after `on`."""
    pages: dict[UUID, list[tuple[date, PageMarks, RegisterPage]]] = {}
    for held in rows.order_by("month"):
        children = unpack_children(held.children)
        marks = unpack_marks(held.marks, len(children))
        if (held.month.year, held.month.month) == (on.year, on.month):
            marks[:, on.day :] = 0
        pages.setdefault(held.class_section_id, []).append(
            (held.month, PageMarks(children, marks), held)
        )
    return pages


def _cut(heads: dict[UUID, list[tuple[date, str]]], section: ClassSection, on: date) -> str:
    """The day matters only while the page of its month is being looked at in part."""
    last = max((m for m, _h in heads.get(section.pk, [])), default=None)
    same = last is not None and (last.year, last.month) == (on.year, on.month)
    return on.isoformat() if same else ""


def _newest_that_holds(
    heads: list[tuple[date, str]],
    pages: list[tuple[date, PageMarks, RegisterPage]],
    states: dict[date | None, ClassState],
) -> ClassState | None:
    """The newest state whose past is still what the pages say; None means from the beginning."""
    order = bind([(month, page) for month, page, _held in pages]).children
    for kept in sorted(states.values(), key=lambda s: s.as_of, reverse=True):
        if kept.rule_version != RULE_VERSION:
            continue
        seen = unpack_children(kept.children)
        if order[: len(seen)] == seen and _hash_until(heads, pages, kept.as_of) == kept.input_hash:
            return kept
    return None


def _work(
    section: ClassSection,
    heads: list[tuple[date, str]],
    pages: list[tuple[date, PageMarks, RegisterPage]],
    states: dict[date | None, ClassState],
    whole_hash: str,
    kept: ClassState | None,
) -> _Work:
    known = unpack_children(kept.children) if kept is not None else ()
    book = bind([(month, page) for month, page, _held in pages], known=known)
    if kept is not None:
        state = grow_state(WatchState.from_bytes(bytes(kept.state)), len(book.children))
    else:
        state = start_state([max(len(book.children), 1)])
    return _Work(
        section=section,
        heads=heads,
        pages=pages,
        book=book,
        whole_hash=whole_hash,
        start=kept.as_of if kept is not None else None,
        state=state,
        running=states.get(None),
        checkpoints={m: s for m, s in states.items() if m is not None},
    )


def _by_start(works: list[_Work]) -> list[list[_Work]]:
    """Classes that may be scored side by side: those that start after the same day."""
    groups: dict[date | None, list[_Work]] = {}
    for work in works:
        if work.book.children:
            groups.setdefault(work.start, []).append(work)
    return list(groups.values())


def _score(group: list[_Work], policy: Policy) -> None:
    """Move a group's states to the end of their books, month by month, keeping month ends."""
    start = group[0].start
    days = sorted({d for w in group for d in w.book.days if start is None or d > start})
    children = [c for w in group for c in w.book.children]
    offsets = np.cumsum([0, *(len(w.book.children) for w in group)])
    joined = join_states([w.state for w in group])
    for month in sorted({d.replace(day=1) for d in days}):
        of_month = [d for d in days if d.replace(day=1) == month]
        column = {d: i for i, d in enumerate(of_month)}
        marks = np.zeros((len(children), len(of_month)), np.uint8)
        for work, offset in zip(group, offsets[:-1].tolist(), strict=True):
            for i, day in enumerate(work.book.days):
                if day in column:
                    marks[offset : offset + len(work.book.children), column[day]] = work.book.marks[
                        :, i
                    ]
        signals = run_days(joined, marks, policy, days=of_month, blocks=[w.block for w in group])
        _hand_out(signals, group, offsets, children)
        for work, state in zip(group, part_states(joined), strict=True):
            if any(d.replace(day=1) == month for d in work.book.days):
                work.made[month] = state.to_bytes()
    for work, state in zip(group, part_states(joined), strict=True):
        work.state = state


def _hand_out(
    signals: Signals, group: list[_Work], offsets: np.ndarray, children: list[UUID]
) -> None:
    for i in range(len(signals)):
        index = int(signals.child[i])
        owner = int(np.searchsorted(offsets, index, side="right")) - 1
        group[owner].signals.append((children[index], reason_of(signals, i)))


def _keep_states(works: list[_Work], *, on: date) -> None:
    """Store running states and the checkpoints of months that another month has followed."""
    new: list[ClassState] = []
    for work in works:
        days = work.book.days
        if not days:
            continue
        last_month = days[-1].replace(day=1)
        packed = pack_children(work.book.children)
        slots: list[tuple[date | None, date, bytes]] = [(None, days[-1], work.state.to_bytes())]
        for month, state in work.made.items():
            if month < last_month:
                ends = max(d for d in days if d.replace(day=1) == month)
                slots.append((month, ends, state))
        for ended, as_of, state in slots:
            held = work.running if ended is None else work.checkpoints.get(ended)
            row = held or ClassState(
                district=work.section.district, class_section=work.section, month=ended
            )
            row.as_of = as_of
            row.input_hash = work.hash_until(as_of)
            row.pages_hash = work.whole_hash if ended is None else ""
            row.rule_version = RULE_VERSION
            row.children = packed
            row.state = state
            if held is None:
                new.append(row)
            else:
                row.save()
    ClassState.objects.bulk_create(new, batch_size=200)


def _settle_flags(
    works: list[_Work], *, on: date, at: datetime
) -> tuple[list[Flag], list[Withdrawal], list[Withdrawal]]:
    """Raise a flag for each child after whom the rule asks now; ask about those no mark supports.

    Returns:
        New flags; new questions whether a flag is withdrawn; such questions that no longer stand.
    """
    open_now: dict[UUID, tuple[_Work, Reason | None]] = {}
    seen: set[UUID] = set()
    for work in works:
        asked = open_questions(work.state)
        latest = dict(work.signals)  # signals come in order of day: the last one of a child stays
        for i, child in enumerate(work.book.children):
            seen.add(child)
            if asked[i]:
                open_now[child] = (work, latest.get(child))
    held: dict[UUID, list[Flag]] = {}
    for flag in Flag.objects.filter(
        child__in=seen, class_section__in=[w.section for w in works]
    ).select_related("area"):
        held.setdefault(flag.child_id, []).append(flag)
    live = {child for child, flags in held.items() if any(f.state in Flag.LIVE for f in flags)}
    live |= set(
        Flag.objects.filter(child__in=seen, state__in=Flag.LIVE).values_list("child_id", flat=True)
    )
    children = {
        c.pk: c
        for c in Child.objects.filter(
            pk__in=[c for c, (_w, r) in open_now.items() if r is not None and c not in live]
        ).select_related("area")
    }
    raised = []
    for child_id, pupil in children.items():
        work, reason = open_now[child_id]
        assert reason is not None  # only those were fetched
        if not _asked_before(held.get(child_id, []), reason):
            raised.append(_flag(pupil, work, reason, at=at))
    raised += _ask_again(works, live | {f.child_id for f in raised}, at=at)
    Flag.objects.bulk_create(raised)
    doubted, lapsed = _doubt(works, held, open_now, at=at)
    return raised, doubted, lapsed


def _ask_again(works: list[_Work], shut: set[UUID], *, at: datetime) -> list[Flag]:
    """Flags about children who are still away when the end of the last one no longer covers it,
    and about those who are on leave for long.
    """
    reasons = reasons_to_ask_again(
        [Seen(w.section, w.book, open_questions(w.state).tolist()) for w in works],
        without=shut,
        look_back=LOOK_BACK,
    )
    where = {c: w for w in works for c in w.book.children if c in reasons}
    pupils = Child.objects.filter(pk__in=reasons).select_related("area") if reasons else []
    return [_flag(pupil, where[pupil.pk], reasons[pupil.pk], at=at) for pupil in pupils]


def _asked_before(flags: list[Flag], reason: Reason) -> bool:
    """Whether this very absence was asked about: same first day, or the same signal day.

    How long that holds `asking_again` says.
    """
    since, on = date.fromisoformat(reason["since"]), date.fromisoformat(reason["on"])
    return any(
        f.since_on == since or f.signal_on == on for f in flags if f.state != Flag.State.WITHDRAWN
    ) or any(f.signal_on == on for f in flags)


def _flag(child: Child, work: _Work, reason: Reason, *, at: datetime) -> Flag:
    on = date.fromisoformat(reason["on"])
    page = next(held for month, _p, held in reversed(work.pages) if month == on.replace(day=1))
    return Flag(
        district=child.district,
        child=child,
        class_section=work.section,
        area=child.area,
        channel=reason["channel"],
        since_on=date.fromisoformat(reason["since"]),
        signal_on=on,
        register_received_at=min(page.received_at, at),
        raised_at=at,
        score=reason["score"],
        reason=reason,
        rule_version=RULE_VERSION,
    )


def _doubt(
    works: list[_Work],
    held: dict[UUID, list[Flag]],
    open_now: dict[UUID, tuple[_Work, Reason | None]],
    *,
    at: datetime,
) -> tuple[list[Withdrawal], list[Withdrawal]]:
    """Ask about flags nobody has visited, whose day was scored again and raised nothing this time.

    Asked once a flag: what the coordinator kept is not asked about again.
    """
    signalled = {(child, r["on"]) for w in works for child, r in w.signals}
    starts = {w.section.pk: w.start for w in works}
    books = {w.section.pk: w.book for w in works}
    unsupported: dict[UUID, Flag] = {}
    supported: list[Flag] = []
    for child, flags in held.items():
        for flag in flags:
            start = starts.get(flag.class_section_id)
            again = start is None or flag.signal_on > start
            if flag.state not in (Flag.State.OPEN, Flag.State.ASSIGNED) or not again:
                continue
            stands = (child, flag.signal_on.isoformat()) in signalled or child in open_now
            if stands or shows_away(books[flag.class_section_id], flag):
                supported.append(flag)
            else:
                unsupported[flag.pk] = flag
    asked = set(
        Withdrawal.objects.filter(flag__in=unsupported)
        .exclude(state=Withdrawal.State.LAPSED)
        .values_list("flag_id", flat=True)
    )
    doubted = [
        Withdrawal(district=flag.district, flag=flag, asked_at=at)
        for key, flag in unsupported.items()
        if key not in asked
    ]
    Withdrawal.objects.bulk_create(doubted)
    lapsed = list(
        Withdrawal.objects.select_related("flag__area").filter(
            flag__in=[f.pk for f in supported], state=Withdrawal.State.WAITING
        )
    )
    for question in lapsed:
        move(question, Withdrawal.State.LAPSED)
        question.settled_at = at
    Withdrawal.objects.bulk_update(lapsed, ["state", "settled_at"])
    return doubted, lapsed


@use_case
def set_visit_budget(
    actor: Actor,
    *,
    area: Area,
    visits_per_1000_month: float,
    policy: dict[str, float | str],
    at: datetime,
) -> VisitBudget:
    """Say how many visits a block's volunteers can walk, and the threshold that gives.

    Args:
        area: a block.
        policy: `{"threshold": …, "rule": …}` as calibrated on the block's own past, and the
            version of the rule it is for; empty for the default.

    Raises:
        NotAllowed: the actor does not tune the watch of this block.
        Invalid: not a block, or no positive number of visits.
    """
    require(actor, WatchPermission.WATCH_TUNE, area)
    if area.level != Area.Level.BLOCK or not 0 < visits_per_1000_month <= 1000:
        raise Invalid(_("Give the visits for each 1,000 children a month, more than 0."))
    VisitBudget.objects.select_for_update().filter(area=area, is_current=True).update(
        is_current=False
    )
    budget = VisitBudget.objects.create(
        area=area,
        visits_per_1000_month=visits_per_1000_month,
        policy=policy,
        set_by=actor.user_id,
        set_at=at,
    )
    record(
        actor, WatchVerb.WATCH_TUNED, budget, scope=area.scope(), fields=["visits_per_1000_month"]
    )
    return budget
