"""What waits for a person, asked of the records themselves, so that no use case can forget it.

Every kind of record that waits has one function here. With an actor it reads only what stands where
she may act; without one it reads everything, for the job that passes on what nobody opened. Whether
a person may act is asked by `may` of each record's scope in either case: exclusion first, then the
seal, then role and place. A fixed number of queries, however much waits.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from uuid import UUID

from django.db.models import BooleanField, Count, ExpressionWrapper, F, Max, Min, Q
from django.utils import timezone

from aanchal.access.granting import place_scope
from aanchal.access.models import CredentialReset, Grant, Invitation
from aanchal.access.queries import (
    WAITS_FOR,
    live_grants,
    waiting_grants,
    waiting_invitations,
    waiting_resets,
)
from aanchal.access.rules.second_person import CONFIRMED_BY, confirming
from aanchal.cases.hands import holder_of, since_left
from aanchal.cases.mistakes import asked_mistake
from aanchal.cases.models import Concern
from aanchal.cases.queries import ConcernList, holds_to_lift, opened, visible_concerns
from aanchal.cases.rules.visibility import concern_scope
from aanchal.kernel.access import placed
from aanchal.kernel.models import ImportProblem
from aanchal.kernel.permissions import (
    Actor,
    Permission,
    Role,
    Scope,
    covers,
    may,
    may_anywhere,
)
from aanchal.people.models import Child, ClassMove, Kinship
from aanchal.people.queries import class_moves_to_answer, kinships_to_answer, waiting_kinships
from aanchal.people.unconfirmed import every_unconfirmed, unconfirmed_of
from aanchal.places.models import Area
from aanchal.places.queries import schools_of
from aanchal.registers.formats.grades import class_label
from aanchal.registers.models import Correction, MissingPupil, RegisterFile
from aanchal.registers.queries.silent import (
    SilentClass,
    every_silent_class,
    kept_silent_classes,
    silent_classes,
)
from aanchal.registers.rules.pages import unpack_children
from aanchal.watch.models import Flag, LateFinding, Visit, Withdrawal
from aanchal.watch.queries.doubts import doubt_due_at, doubts
from aanchal.watch.queries.hands import can_be_made

from ..hand_overs import hand_overs
from ..rules.hand_overs import HandOver, step_times
from .senders import with_senders

NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Thing:
    """One record that waits for somebody.

    Args:
        kind: key of its row in the hand-overs, such as "concern.new".
        key: its primary key, as text.
        scope: where it stands, who is excluded, whose team alone may see it.
        since: when it began to wait in this state.
        due: when the record itself is due; None for what has no day of its own.
        is_danger: a child may be in danger: it stands before all else.
        holder: user id of the one in whose hands it is; "" for nobody.
        acts: permissions one of which it takes, where the row's own is not all of them.
        not_by: user ids who may not act though their role would: a second person is needed.
        count: how many rows of it wait, for a file with rows to repair; else 1.
        name: what it is called, of what tells of no child: "VI A" for a class; else "".
        flag: primary key of the question that a visit belongs to, as text; else "".
    """

    kind: str
    key: str
    scope: Scope
    since: datetime
    due: datetime | None = None
    is_urgent: bool = False
    is_danger: bool = False
    holder: str = ""
    not_by: frozenset[str] = field(default_factory=frozenset)
    place: Area | None = None
    acts: tuple[Permission, ...] = ()
    count: int = 1
    flag: str = ""
    name: str = ""

    @property
    def row(self) -> HandOver:
        """Its row of the hand-overs."""
        return hand_overs()[self.kind]

    def may_be_done_by(self, actor: Actor) -> bool:
        """Whether a person may act on it: exclusion first, then the seal, then role and place."""
        if actor.user_id in self.not_by:
            return False
        return any(may(actor, permission, self.scope) for permission in self.permissions())

    def permissions(self) -> tuple[Permission, ...]:
        """What the one who acts must hold, one of these."""
        return self.acts or (Permission(self.row.permission),)

    def times(self, *, opened: datetime | None = None) -> tuple[datetime, ...]:
        """When each step of its ladder falls due."""
        return step_times(
            self.row, urgent=self.is_urgent, since=self.since, due=self.due, opened=opened
        )

    def begun(self, *, at: datetime) -> datetime:
        """The day that counts: that on which it was due, once it is over; before, since it waits."""
        return self.due if self.due is not None and self.due <= at else self.since

    def late_at(self) -> datetime:
        """When its time is over: its own due time, or when it goes to a further person."""
        times = self.times()
        return self.due or (times[1] if len(times) > 1 else times[0])


def things(*, at: datetime, actor: Actor | None = None) -> list[Thing]:
    """Everything that waits at a moment; with an actor, only where one of her roles could act.

    The caller still asks `may` of each.
    """
    found: list[Thing] = []
    for permissions, read in SOURCES:
        if actor is None or any(may_anywhere(actor, p) for p in permissions):
            found += read(actor, at)
    return found


# --- concerns ---


def concerns(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Concerns nobody has taken up, and those in somebody's hands."""
    if actor is not None:
        yield from _concerns(visible_concerns(actor, is_open=True), at)
    else:
        yield from _concerns(ConcernList(opened(Concern.objects.filter(is_open=True))), at)


def _since(concern: Concern) -> datetime:
    """Since when a concern waits for the next act: one with nobody yet, since it was told.

    Where she who has it shut out everybody else who could open it, what she does puts nothing off.
    """
    acted = None if concern.stage == Concern.Stage.NEW else concern.acted_at
    if acted is not None and concern.alone_since is not None:
        acted = min(acted, concern.alone_since)
    since: datetime = acted or concern.taken_up_at or concern.raised_at
    return since


def concerns_waiting(keys: list[str], *, at: datetime) -> list[Thing]:
    """Those of some concerns, by key, that still wait; for Aanchal itself."""
    found = ConcernList(opened(Concern.objects.filter(pk__in=keys, is_open=True)))
    return list(_concerns(found, at))


def _concerns(found: ConcernList, at: datetime) -> Iterator[Thing]:
    held = list(found)
    Concern.area.fetch(held)
    kin = _kin_of({UUID(c.child_id) for c in held if c.child_id})
    left = [c for c in held if c.child_id and c.taken_up_by in kin.get(UUID(c.child_id), NOBODY)]
    shut_out = _shut_out_since(left)
    gone = since_left(held, at=at)
    for concern in held:
        taken = concern.stage == Concern.Stage.TAKEN_UP
        # Whoever has it and is shut out since, or works there no more, does not see it: it is nobody's.
        lost = shut_out.get((concern.child_id, concern.taken_up_by)) if taken else None
        lost = lost or (gone.get(concern.pk) if taken else None)
        nobody = lost is not None or concern.pk in gone
        found_thing = Thing(
            "concern.new" if lost else f"concern.{concern.stage}",
            str(concern.pk),
            concern_scope(
                concern.head,
                district=concern.district,
                area_path=concern.area.path,
                kin=kin.get(UUID(concern.child_id), NOBODY) if concern.child_id else NOBODY,
            ),
            since=lost or _since(concern),
            is_urgent=True,
            is_danger=True,
            holder="" if nobody else holder_of(concern),
            place=concern.area,
        )
        yield found_thing
        if concern.corrected_at is not None:
            yield replace(
                found_thing,
                kind="concern_correction.unread",
                since=concern.corrected_at,
                holder="" if nobody else concern.taken_up_by or concern.handed_to,
            )
        asked = asked_mistake(concern)
        if asked is not None and not asked.has_lapsed(at=at):
            yield replace(
                found_thing,
                kind="concern_mistake.asked",
                since=asked.at,
                is_urgent=False,
                is_danger=False,
                holder="",
                not_by=asked.not_by,
            )


def _shut_out_since(concerns: list[Concern]) -> dict[tuple[str, str], datetime]:
    """(child, case worker) → since when she who has a concern is kin of its child. One query or none."""
    if not concerns:
        return {}
    rows = Kinship.objects.filter(
        user__in=[c.taken_up_by for c in concerns],
        household__children__in=[c.child_id for c in concerns],
    ).values_list("household__children", "user", "recorded_at")
    return {(str(child), str(user)): at for child, user, at in rows}


# --- questions and visits ---


def _kin(households: Iterable[UUID | None]) -> dict[UUID, frozenset[str]]:
    found: dict[UUID, set[str]] = defaultdict(set)
    asked = {h for h in households if h is not None}
    for household, user in Kinship.objects.filter(household__in=asked).values_list(
        "household_id", "user_id"
    ):
        found[household].add(str(user))
    return {household: frozenset(users) for household, users in found.items()}


def _kin_of(children: Iterable[UUID]) -> dict[UUID, frozenset[str]]:
    homes = dict(
        Child.objects.filter(pk__in=set(children), household__isnull=False).values_list(
            "pk", "household_id"
        )
    )
    kin = _kin(homes.values())
    return {child: kin[home] for child, home in homes.items() if home in kin}


def flags(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Questions that are in nobody's hands, and those visited whose end is not written."""
    reach = Q() if actor is None else placed(Flag, actor, Permission.VISIT_ASSIGN)
    rows = list(
        Flag.objects.filter(reach, state__in=[Flag.State.OPEN, Flag.State.VISITED])
        .annotate(back_at=Max("visits__handed_back_at"), told_at=Max("visits__recorded_at"))
        .annotate(opened_at=Max("reopenings__reopened_at"), household=F("child__household_id"))
        .select_related("area")
        .defer("reason")
    )
    kin = _kin(flag.household for flag in rows)
    in_doubt = doubts(Flag.objects.filter(reach))
    for flag in rows:
        steps = [flag.raised_at, flag.back_at, flag.told_at, flag.opened_at]
        doubt = in_doubt.get(flag.pk)
        began = max(step for step in steps if step is not None)
        if doubt is not None and flag.state == Flag.State.VISITED:
            began = doubt
        yield Thing(
            f"flag.{flag.state}",
            str(flag.pk),
            Scope(
                area_path=flag.area.path,
                district=flag.district,
                excluded=kin.get(flag.household, NOBODY),
            ),
            since=began,
            due=doubt_due_at(doubt) if doubt is not None else None,
            is_urgent=doubt is not None
            or (flag.channel == Flag.Channel.URGENT and flag.state == Flag.State.OPEN),
            is_danger=doubt is not None,
            place=flag.area,
        )


def visits(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Visits in somebody's hands; for a coordinator those past their day, or that cannot be made.

    A visit whose volunteer may no longer go there, or is shut out of the family since, waits from its
    start, in nobody's hands: she does not see it any more. So does one on which two would go of whom
    one cannot, and one on which somebody would go alone to a house that is not safe. Whoever goes
    along is told as well.
    """
    goes = ExpressionWrapper(can_be_made(at=at), output_field=BooleanField())
    reach = Q()
    if actor is not None:
        late = Q(due_at__lt=at) | Q(goes=False)
        reach = late & placed(Flag, actor, Permission.VISIT_ASSIGN, "flag__")
        hers = Q(volunteer_id=actor.user_id) | Q(second_id=actor.user_id)
        reach |= hers & placed(Flag, actor, Permission.VISIT_HAND_BACK, "flag__")
    rows = list(
        Visit.objects.annotate(goes=goes, household=F("flag__child__household_id"))
        .filter(reach, state=Visit.State.ASSIGNED)
        .select_related("flag__area")
        .defer("flag__reason")
    )
    kin = _kin(visit.household for visit in rows)
    in_doubt = doubts(
        Flag.objects.filter(pk__in={visit.flag_id for visit in rows}), states=[Flag.State.ASSIGNED]
    )
    for visit in rows:
        found = Thing(
            "visit.assigned",
            str(visit.pk),
            Scope(
                area_path=visit.flag.area.path,
                district=visit.district,
                holders=frozenset({str(visit.volunteer_id)}),
                excluded=kin.get(visit.household, NOBODY),
            ),
            since=visit.assigned_at,
            due=visit.due_at if visit.goes else visit.assigned_at,
            is_urgent=visit.flag.channel == Flag.Channel.URGENT or visit.flag_id in in_doubt,
            is_danger=visit.flag_id in in_doubt,
            holder=str(visit.volunteer_id) if visit.goes else "",
            place=visit.flag.area,
            flag=str(visit.flag_id),
        )
        yield found
        if visit.second_id is not None and visit.goes:
            second = str(visit.second_id)
            yield replace(
                found,
                kind="visit_along.sent",
                scope=replace(found.scope, holders=frozenset({second})),
                holder=second,
            )


def late_findings(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Questions of which something was sent too late that nobody has read, each once."""
    reach = Q() if actor is None else placed(Flag, actor, Permission.VISIT_ASSIGN, "visit__flag__")
    rows = list(
        LateFinding.objects.filter(reach, read_at__isnull=True)
        .annotate(household=F("visit__flag__child__household_id"))
        .select_related("visit__flag__area")
        .only("district", "sent_at", "visit__flag__area")
        .order_by("sent_at", "pk")
    )
    kin = _kin(row.household for row in rows)
    for row in {r.visit.flag_id: r for r in reversed(rows)}.values():
        flag = row.visit.flag
        yield Thing(
            "late_finding.unread",
            str(flag.pk),
            Scope(
                area_path=flag.area.path,
                district=row.district,
                excluded=kin.get(row.household, NOBODY),
            ),
            since=row.sent_at,
            place=flag.area,
        )


def put_right(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Questions about whose child a finding of an earlier one was put right, and nobody has read it."""
    reach = Q() if actor is None else placed(Flag, actor, Permission.VISIT_ASSIGN)
    rows = list(
        Flag.objects.filter(
            reach, put_right_at__isnull=False, put_right_read_at__isnull=True, state__in=Flag.LIVE
        )
        .annotate(household=F("child__household_id"))
        .select_related("area")
        .defer("reason")
    )
    kin = _kin(row.household for row in rows)
    for row in rows:
        assert row.put_right_at is not None  # it is asked for
        yield Thing(
            "put_right.unread",
            str(row.pk),
            Scope(
                area_path=row.area.path,
                district=row.district,
                excluded=kin.get(row.household, NOBODY),
            ),
            since=row.put_right_at,
            is_urgent=row.channel == Flag.Channel.URGENT,
            place=row.area,
        )


def withdrawals(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Questions whose marks were corrected: withdrawn, or asked all the same?"""
    reach = Q() if actor is None else placed(Withdrawal, actor, Permission.FLAG_WITHDRAW)
    rows = list(
        Withdrawal.objects.filter(
            reach,
            state=Withdrawal.State.WAITING,
            flag__state__in=(Flag.State.OPEN, Flag.State.ASSIGNED),
        )
        .annotate(household=F("flag__child__household_id"))
        .select_related("flag__area")
        .defer("flag__reason")
    )
    kin = _kin(row.household for row in rows)
    for row in rows:
        yield Thing(
            "withdrawal.waiting",
            str(row.flag_id),
            Scope(
                area_path=row.flag.area.path,
                district=row.district,
                excluded=kin.get(row.household, NOBODY),
            ),
            since=row.asked_at,
            place=row.flag.area,
        )


# --- register files ---


def register_files(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Files that wait for a yes, and files taken whose rows wait for repair."""
    reach = Q()
    if actor is not None:
        reach = Q(school__in=schools_of(actor, Permission.REGISTER_IMPORT))
        reach |= Q(school__isnull=True, received_by=actor.user_id)
    waiting = ImportProblem.objects.filter(source_kind="register", state=ImportProblem.State.OPEN)
    if actor is not None:
        # Rows of a file whose school is not known yet are repaired once it is.
        waiting = waiting.filter(
            body_id__in=schools_of(actor, Permission.REGISTER_IMPORT).values("pk")
        )
    problems = {
        key: (count, first)
        for key, count, first in waiting.order_by()
        .values_list("source_id")
        .annotate(count=Count("pk"), first=Min("found_at"))
    }
    shown = Q(state=RegisterFile.State.SHOWN)
    taken = Q(state=RegisterFile.State.TAKEN, pk__in=list(problems)) if problems else Q(pk__in=[])
    rows = (
        RegisterFile.objects.filter(reach, shown | taken)
        .select_related("school__area")
        .defer("understood", "refusal_params")
    )
    for held, holder in with_senders(list(rows), at=at):
        count, first = problems.get(str(held.pk), (1, held.received_at))
        yield Thing(
            f"register_file.{held.state}",
            str(held.pk),
            held.scope(),
            since=held.received_at if held.state == RegisterFile.State.SHOWN else first,
            holder=holder,
            place=held.school.area if held.school else None,
            count=count,
        )


def corrections(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Corrections that would take absences away."""
    reach = Q()
    if actor is not None:
        reach = placed(Correction, actor, Permission.REGISTER_CORRECT)
    rows = list(
        Correction.objects.filter(reach, state=Correction.State.WAITING)
        .select_related("class_section__school__area")
        .defer("marks")
    )
    children = {row.pk: unpack_children(row.children) for row in rows}
    kin = _kin_of(child for found in children.values() for child in found)
    for row in rows:
        own = (kin.get(child, NOBODY) for child in children[row.pk])
        yield Thing(
            "correction.waiting",
            str(row.pk),
            replace(row.scope(), excluded=NOBODY.union(*own)),
            since=row.asked_at,
            not_by=frozenset({row.asked_by}),
            place=row.class_section.school.area,
        )


def class_moves(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Children who would be moved out of a class that is not the asker's."""
    rows = ClassMove.objects.filter(state=ClassMove.State.WAITING)
    if actor is not None:
        rows = rows.filter(pk__in=class_moves_to_answer(actor).order_by().values("pk"))
    held = (
        rows.select_related("child__area", "child__household", "from_section__school__area")
        .prefetch_related("child__household__kinships")
        .defer("name_given", "answer")
    )
    for row in held:
        school = row.from_section.school if row.from_section else None
        yield Thing(
            "class_move.waiting",
            str(row.pk),
            row.scope(),
            since=row.asked_at,
            place=school.area if school else row.child.area,
        )


def kinships(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """What was said of somebody's family and waits for a second person.

    It is urgent where it leaves no case worker for the family, or none but her who said it.
    """
    rows = list(waiting_kinships() if actor is None else kinships_to_answer(actor))
    working: set[tuple[str, str]] = set()
    if rows:
        held = live_grants(at=at).filter(role=Role.CASE_WORKER)
        working = {(str(user), path) for user, path in held.values_list("user_id", "area_path")}
    for row in rows:
        scope = row.scope()
        near = {user for user, path in working if covers(path, scope.area_path)}
        yield Thing(
            f"kinship.{row.state}",
            str(row.pk),
            scope,
            since=row.asked_at or row.recorded_at,
            is_urgent=row.state == Kinship.State.WAITING
            and near - {row.asked_by or ""} <= scope.excluded,
            not_by=frozenset({row.asked_by or ""}),
            place=row.household.area,
        )


def unconfirmed_kinships(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """What somebody said of a family and was not confirmed; in the hands of her who said it alone."""
    on = timezone.localdate(at)
    for row in every_unconfirmed(on=on) if actor is None else unconfirmed_of(actor, on=on):
        yield Thing(
            "unconfirmed_kinship.unread",
            str(row.pk),
            row.scope(),
            since=timezone.make_aware(datetime.combine(row.ended_on, time.min)),
            holder=row.sayer,
        )


def missing_pupils(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Pupils whom a register no longer names."""
    reach = Q()
    if actor is not None:
        reach = placed(MissingPupil, actor, Permission.REGISTER_CORRECT)
    rows = (
        MissingPupil.objects.filter(reach, state=MissingPupil.State.WAITING)
        .select_related("class_section__school__area", "child__household")
        .prefetch_related("child__household__kinships")
        .defer("said", "answer")
    )
    for row in rows:
        yield Thing(
            "missing_pupil.waiting",
            str(row.pk),
            row.scope(),
            since=row.noted_at,
            place=row.class_section.school.area,
        )


def silent(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Classes that owe registers, each by itself; since the day from which it counts as silent."""
    on = timezone.localdate(at)
    yield from _silent(every_silent_class(on=on) if actor is None else silent_classes(actor, on=on))


def silent_for_the_number(actor: Actor, at: datetime) -> Iterator[Thing]:
    """`silent` for the number on every page, as the page of the week has counted them meanwhile."""
    return _silent(kept_silent_classes(actor, on=timezone.localdate(at)))


def _silent(found: Iterable[SilentClass]) -> Iterator[Thing]:
    for held in found:
        section = held.class_section
        yield Thing(
            "class_register.silent",
            str(section.pk),
            section.scope(),
            since=timezone.make_aware(datetime.combine(held.since, time.min)),
            place=section.school.area,
            name=class_label(section.grade, section.section),
        )


# --- what waits for a second person ---


def grants(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Roles that wait for a second person."""
    rows = Grant.objects.filter(
        needs_approval=True,
        approved_at__isnull=True,
        revoked_at__isnull=True,
        given_at__gt=at - WAITS_FOR,
    ).select_related("area", "body__area")
    if actor is not None:
        rows = rows.filter(pk__in=waiting_grants(actor, at=at).values("pk"))
    for grant in rows:
        yield Thing(
            "grant.waiting",
            str(grant.pk),
            place_scope(grant),
            since=grant.given_at,
            acts=confirming(Role(grant.role)),
            not_by=frozenset({grant.given_by, str(grant.user_id)}),
            place=grant.area,
        )


def invitations(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Invitations that wait for a second person."""
    rows = Invitation.objects.filter(
        needs_approval=True,
        approved_at__isnull=True,
        accepted_at__isnull=True,
        withdrawn_at__isnull=True,
        expires_at__gt=at,
    ).select_related("area", "body__area")
    if actor is not None:
        rows = rows.filter(pk__in=waiting_invitations(actor, at=at).values("pk"))
    for invitation in rows:
        yield Thing(
            "invitation.waiting",
            str(invitation.pk),
            place_scope(invitation),
            since=invitation.invited_at,
            acts=confirming(Role(invitation.role)),
            not_by=frozenset({invitation.invited_by}),
            place=invitation.area,
        )


def resets(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Askings for new credentials that wait for a second person."""
    if actor is not None:
        rows: Iterable[CredentialReset] = waiting_resets(actor, at=at)
    else:
        rows = (
            CredentialReset.objects.filter(
                approved_at__isnull=True, refused_at__isnull=True, asked_at__gt=at - WAITS_FOR
            )
            .select_related("user")
            .prefetch_related("user__grants")
        )
    for reset in rows:
        yield Thing(
            "credential_reset.asked",
            str(reset.pk),
            reset.scope(),
            since=reset.asked_at,
            not_by=frozenset({reset.asked_by, str(reset.user_id)}),
        )


def legal_holds(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Legal holds that somebody asked to lift, which wait for a second person."""
    for hold in holds_to_lift(actor):
        yield Thing(
            "legal_hold.leaving",
            str(hold.pk),
            hold.scope(),
            since=datetime.fromisoformat(hold.lift_asked_on),
            not_by=frozenset({hold.lift_asked_by}),
        )


CONFIRMING = (Permission.GRANT_APPROVE, *CONFIRMED_BY.values())

SOURCES = (
    ((Permission.CONCERN_TAKE_UP,), concerns),
    ((Permission.VISIT_ASSIGN,), flags),
    ((Permission.VISIT_ASSIGN, Permission.VISIT_HAND_BACK), visits),
    ((Permission.VISIT_ASSIGN,), late_findings),
    ((Permission.VISIT_ASSIGN,), put_right),
    ((Permission.FLAG_WITHDRAW,), withdrawals),
    ((Permission.REGISTER_IMPORT,), register_files),
    ((Permission.REGISTER_CORRECT,), corrections),
    ((Permission.CHILD_MOVE,), class_moves),
    ((Permission.KINSHIP_CONFIRM,), kinships),
    ((Permission.CHILD_OPEN_FILE,), unconfirmed_kinships),
    ((Permission.REGISTER_CORRECT,), missing_pupils),
    ((Permission.REGISTER_CORRECT,), silent),
    (CONFIRMING, grants),
    (CONFIRMING, invitations),
    ((Permission.CREDENTIAL_RESET,), resets),
    ((Permission.HOLD_LIFT,), legal_holds),
)


# A row of the hand-overs with steps needs a source here, or it would wait unseen.
KINDS = frozenset(
    {
        "concern.new",
        "concern.taken_up",
        "concern.handed_over",
        "concern_correction.unread",
        "concern_mistake.asked",
        "flag.open",
        "flag.visited",
        "visit.assigned",
        "late_finding.unread",
        "put_right.unread",
        "visit_along.sent",
        "withdrawal.waiting",
        "register_file.shown",
        "register_file.taken",
        "correction.waiting",
        "class_move.waiting",
        "kinship.waiting",
        "kinship.leaving",
        "unconfirmed_kinship.unread",
        "missing_pupil.waiting",
        "class_register.silent",
        "grant.waiting",
        "invitation.waiting",
        "credential_reset.asked",
        "legal_hold.leaving",
    }
)


def in_order(found: Sequence[Thing], *, at: datetime) -> list[Thing]:
    """What stands where, on every page: danger, then what is past its day, then what is urgent.

    Among these the longest waiting first: of what is past its day, by that day.
    """

    def place(thing: Thing) -> tuple[bool, bool, bool, datetime, str]:
        past = thing.due is not None and thing.due <= at
        return (
            not thing.is_danger,
            not past,
            not thing.is_urgent,
            thing.begun(at=at),
            thing.key,
        )

    return sorted(found, key=place)
