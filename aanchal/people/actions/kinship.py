"""Who of those who work with us is kin of a child: she is shut out of its records.

What one says of oneself stands at once. What is said of another shuts her out at once, so that
nothing more reaches her, and waits for a second person. The person named is never asked.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from aanchal.access.models import User
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import ROOT, Actor, Scope, may, require
from aanchal.kernel.errors import NotAllowed, SecondPerson, WrongState
from aanchal.kernel.stages import advance
from aanchal.kernel.vocabulary import Verb
from aanchal.lib.stages import FOLLOWS

from ..families import a_copy, same_family
from ..models import Child, Household, Kinship, UnconfirmedKinship
from ..permissions import PeoplePermission
from ..unconfirmed import KEPT_FOR
from ..verbs import PeopleVerb
from .houses import lock_child

# One person's words, before a second has confirmed any of them, shut out so many people of a family.
MAX_WAITING = 2
# One person's words about one colleague wait for so many families: more would shut her out of a place.
MAX_ABOUT_ONE = 4
WAITS_FOR = timedelta(days=14)
State = Kinship.State


@use_case
def record_kinship(actor: Actor, *, child: Child, user: User, at: datetime) -> Kinship:
    """Note that a person is kin of a child's household: from now on she is excluded from it.

    Said of another it waits for a second person, and lapses when nobody confirms it. A second who
    says the same confirms it: the first cannot take back any more what two have said.

    Raises:
        NotAllowed: the actor may not open this child's file.
        WrongState: two words of hers about this family wait already, or four about this person.
    """
    child = lock_child(child)
    require(actor, PeoplePermission.CHILD_OPEN_FILE, child)
    return _note_kinship(actor, child, user, at=at)


@use_case
def record_own_kinship(actor: Actor, *, child: Child, user: User, at: datetime) -> Kinship:
    """Note that the actor herself is kin of a child's household, as she said on giving a visit back.

    Raises:
        NotAllowed: the actor makes no visits where the child is, or speaks of another.
    """
    child = lock_child(child)
    if str(user.pk) != actor.user_id:
        raise NotAllowed
    require(actor, PeoplePermission.KINSHIP_DECLARE, child)
    return _note_kinship(actor, child, user, at=at)


@use_case
def confirm_kinship(actor: Actor, *, kinship: Kinship, at: datetime) -> Kinship:
    """Say as a second person that it is so: somebody is of the family, and stays shut out.

    Raises:
        NotAllowed: not the actor's place, or she is kin of the household herself.
        SecondPerson: she said it herself.
        WrongState: settled before.
    """
    kinship = _held(kinship)
    _require_second(actor, kinship, State.WAITING)
    _stand(actor, kinship, verb=PeopleVerb.KINSHIP_CONFIRMED)
    return kinship


@use_case
def refuse_kinship(actor: Actor, *, kinship: Kinship, at: datetime) -> None:
    """Say as a second person that it is not so: nobody is shut out by it any more.

    Whoever said it reads that it was not confirmed, and not by whom.

    Raises:
        NotAllowed, SecondPerson, WrongState: as for `confirm_kinship`.
    """
    kinship = _held(kinship)
    _require_second(actor, kinship, State.WAITING)
    _tell_sayer(kinship, at=at)
    _delete(actor, kinship, PeopleVerb.KINSHIP_REFUSED)


@use_case
def take_kinship_back(actor: Actor, *, kinship: Kinship, at: datetime) -> None:
    """Take back what one asked oneself, while it waits: what one said, or that it was a mistake.

    Raises:
        NotAllowed: another asked, or the actor may not see this family.
        WrongState: settled before.
    """
    kinship = _held(kinship)
    if not may(actor, PeoplePermission.KINSHIP_CONFIRM, kinship):
        require(actor, PeoplePermission.CHILD_OPEN_FILE, kinship)
    if kinship.state != State.STANDS and kinship.asked_by != actor.user_id:
        raise NotAllowed(permission=str(PeoplePermission.KINSHIP_CONFIRM))
    if kinship.state == State.WAITING:
        _delete(actor, kinship, PeopleVerb.KINSHIP_TAKEN_BACK)
    elif kinship.state == State.LEAVING:
        _stand(actor, kinship, verb=PeopleVerb.KINSHIP_KEPT)
    else:
        raise WrongState


@use_case
def ask_kinship_end(actor: Actor, *, kinship: Kinship, at: datetime) -> Kinship:
    """Say that what stands was a mistake; she stays shut out until a second person agrees.

    Raises:
        NotAllowed: not the actor's place, or she is kin of the household herself.
        WrongState: it does not stand.
    """
    kinship = _held(kinship)
    if not may(actor, PeoplePermission.KINSHIP_CONFIRM, kinship):
        require(actor, PeoplePermission.CHILD_OPEN_FILE, kinship)
    if kinship.state != State.STANDS:
        raise WrongState
    kinship.asked_by, kinship.asked_at = actor.user_id, at
    saving = ("asked_by", "asked_at")
    advance(actor, kinship, State.LEAVING, scope=kinship.scope(), saving=saving)
    return kinship


@use_case
def end_kinship(actor: Actor, *, kinship: Kinship, at: datetime) -> None:
    """Agree as a second person that it was a mistake: she is shut out no more.

    Raises:
        NotAllowed, SecondPerson, WrongState: as for `confirm_kinship`.
    """
    kinship = _held(kinship)
    _require_second(actor, kinship, State.LEAVING)
    _delete(actor, kinship, PeopleVerb.KINSHIP_ENDED)


@use_case
def keep_kinship(actor: Actor, *, kinship: Kinship, at: datetime) -> Kinship:
    """Say as a second person that it was no mistake: she is of the family, and stays shut out.

    Raises:
        NotAllowed, SecondPerson, WrongState: as for `confirm_kinship`.
    """
    kinship = _held(kinship)
    _require_second(actor, kinship, State.LEAVING)
    _stand(actor, kinship, verb=PeopleVerb.KINSHIP_KEPT)
    return kinship


@use_case
def lapse_kinships(actor: Actor, *, at: datetime) -> int:
    """End what nobody answered in two weeks: a word about another lapses, a mistake does not count.

    What was not confirmed and its sayer has not read for thirty days is forgotten.

    Returns:
        How many.
    """
    require(actor, PeoplePermission.KINSHIP_CONFIRM, Scope(area_path=ROOT))
    old = list(
        _with_household(Kinship.objects.filter(copy_of__isnull=True, asked_at__lte=at - WAITS_FOR))
        .exclude(state=State.STANDS)
        .select_for_update(of=("self",))
    )
    for kinship in old:
        if kinship.state == State.WAITING:
            _tell_sayer(kinship, at=at)
            _delete(actor, kinship, PeopleVerb.KINSHIP_LAPSED)
        else:
            _stand(actor, kinship, verb=PeopleVerb.KINSHIP_KEPT)
    last_on = timezone.localdate(at) - KEPT_FOR
    UnconfirmedKinship.objects.filter(ended_on__lte=last_on).delete()
    return len(old)


@use_case
def read_unconfirmed(actor: Actor, *, unconfirmed: UnconfirmedKinship, at: datetime) -> None:
    """Say that one has read that one's word of a family was not confirmed; nothing of it is kept.

    Raises:
        NotAllowed: another said it, or the actor opens no files there any more.
        WrongState: read before, or forgotten.
    """
    held = UnconfirmedKinship.objects.select_for_update().filter(pk=unconfirmed.pk).first()
    if held is None:
        raise WrongState
    require(actor, PeoplePermission.CHILD_OPEN_FILE, held)
    record(actor, PeopleVerb.KINSHIP_UNCONFIRMED_READ, held, scope=held.scope())
    held.delete()


def _note_kinship(actor: Actor, child: Child, user: User, *, at: datetime) -> Kinship:
    scope = child.scope()
    household = child.household
    if household is None:
        household = Household.objects.create(district=child.district, area=child.area)
        child.household = household
        child.save(update_fields=["household"])
    is_own = str(user.pk) == actor.user_id
    held = Kinship.objects.filter(user=user, household=household).first()
    if held is not None:
        held = _held(held.copy_of or held)
        confirms = held.asked_by != actor.user_id and (
            may(actor, PeoplePermission.KINSHIP_CONFIRM, held)
            or may(actor, PeoplePermission.CHILD_OPEN_FILE, held)
        )
        if held.state != State.STANDS and confirms:
            _stand(actor, held, verb=PeopleVerb.KINSHIP_CONFIRMED)
        return held
    if not is_own:
        _one_word_at_a_time(actor)
        _refuse_too_many(actor, household)
        _refuse_too_many_about(actor, user)
    kinship = Kinship.objects.create(
        user=user,
        household=household,
        district=child.district,
        recorded_by=actor.user_id,
        recorded_at=at,
        state=State.STANDS if is_own else State.WAITING,
        asked_by=None if is_own else actor.user_id,
        asked_at=None if is_own else at,
    )
    record(actor, PeopleVerb.KINSHIP_RECORDED, kinship, scope=scope, user=str(user.pk))
    others = same_family(household)
    copied = Kinship.objects.filter(user=user, household__in=others).values_list(
        "household_id", flat=True
    )
    have = set(copied)
    Kinship.objects.bulk_create([a_copy(kinship, o) for o in others if o.pk not in have])
    return kinship


def _one_word_at_a_time(actor: Actor) -> None:
    """Two words of one person said at once are counted one after the other, of whichever child."""
    try:
        sayer = UUID(actor.user_id)
    except ValueError:
        return  # a named part of the system, and nobody with two browsers
    # Counting begins only once her row is held. What refers to it may be written meanwhile.
    list(User.objects.select_for_update(no_key=True).filter(pk=sayer).values_list("pk", flat=True))


def _refuse_too_many(actor: Actor, household: Household) -> None:
    """One person's word alone must not shut out everybody who could help a child."""
    waiting = [
        k for k in household.kinships.filter(state=State.WAITING) if k.asked_by == actor.user_id
    ]
    if len(waiting) >= MAX_WAITING:
        raise WrongState(
            ngettext(
                "%(n)d word of yours about this family waits for a second person. "
                "Ask her first, then write down the next.",
                "%(n)d words of yours about this family wait for a second person. "
                "Ask her first, then write down the next.",
                len(waiting),
            )
            % {"n": len(waiting)}
        )


def _refuse_too_many_about(actor: Actor, user: User) -> None:
    """One person's word alone must not shut a colleague out of every family of a place."""
    waiting = Kinship.objects.filter(user=user, state=State.WAITING, copy_of__isnull=True)
    if sum(k.asked_by == actor.user_id for k in waiting) >= MAX_ABOUT_ONE:
        raise WrongState(
            _(
                "Several words of yours about this colleague wait for a second person. "
                "Ask her first, then write down the next."
            )
        )


def _require_second(actor: Actor, kinship: Kinship, state: State) -> None:
    require(actor, PeoplePermission.KINSHIP_CONFIRM, kinship)
    if kinship.state != state:
        raise WrongState
    if kinship.asked_by == actor.user_id:
        raise SecondPerson(_("Another person must answer this: you asked it yourself."))


def _with_household(rows: QuerySet[Kinship]) -> QuerySet[Kinship]:
    return rows.select_related("household__area", "user").prefetch_related(
        "household__kinships", "copies"
    )


def _held(kinship: Kinship) -> Kinship:
    """A word about a family, locked, with what its scope needs; of a copy the word it follows."""
    found: Kinship = (
        _with_household(Kinship.objects.filter(pk=kinship.copy_of_id or kinship.pk))
        .select_for_update(of=("self",))
        .get()
    )
    return found


def _stand(actor: Actor, kinship: Kinship, *, verb: Verb) -> None:
    """Let a word stand, and with it its copies in the same family, of which nothing else is told."""
    scope = kinship.scope()
    for row in (kinship, *kinship.copies.all()):
        row.asked_by, row.asked_at = None, None
        if row.state == State.STANDS:  # a copy made after the word was said to be a mistake
            row.save(update_fields=["asked_by", "asked_at"])
            continue
        named = verb if row is kinship else FOLLOWS
        saving = ("asked_by", "asked_at")
        advance(actor, row, State.STANDS, scope=scope, saving=saving, verb=named)


def _tell_sayer(kinship: Kinship, *, at: datetime) -> None:
    """Keep for whoever said it that it was not confirmed: neither of whom nor by whom."""
    said_at = kinship.asked_at or kinship.recorded_at
    UnconfirmedKinship.objects.create(
        district=kinship.district,
        ended_on=timezone.localdate(at),
        sayer=kinship.asked_by or "",
        said={
            "on": timezone.localdate(said_at).isoformat(),
            "area": kinship.household.area.path,
        },
    )


def _delete(actor: Actor, kinship: Kinship, verb: Verb) -> None:
    scope = kinship.scope()
    record(actor, verb, kinship, scope=scope, user=str(kinship.user_id))
    kinship.delete()
