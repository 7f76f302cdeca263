"""Reads of who is who. Grants are read again for every request and every job.

Every function about people takes the actor first and starts from what she may see.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from aanchal.kernel import authz
from aanchal.kernel.access import reach, visible, within
from aanchal.kernel.authz import Actor, Scope, district_of, granted_areas, grants_for, may, unit_of
from aanchal.kernel.errors import NotFound
from aanchal.kernel.vocabulary import Permission
from aanchal.places.models import Area, Body

from ..models import CredentialReset, Device, Grant, Invitation, User
from ..permissions import AccessPermission
from ..roles import MFA_ROLES, Role
from ..rules.second_person import CONFIRMED_BY, GIVEN_ROLES

# An asking that nobody answered is forgotten after this; then it must be asked again.
WAITS_FOR = timedelta(days=7)
MAX_PLACES = 40


def live_grants(*, at: datetime) -> QuerySet[Grant]:
    """Grants in force at a moment: begun, not ended, not revoked, approved where they must be."""
    return Grant.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=at),
        Q(needs_approval=False) | Q(approved_at__isnull=False),
        starts_at__lte=at,
        revoked_at__isnull=True,
        user__is_active=True,
    )


def lost_her_phone(who: str, *, at: datetime) -> Q:
    """A condition that a person (`who`, a field of the outer row) has lost the phone she works with.

    It was taken off her account and no other is on it: she cannot sign in, so whatever is in her
    hands lies where nobody sees it. Whoever signs in with a second factor needs no phone, and of
    whom no phone was ever known this says nothing.
    """
    held = Device.objects.filter(user=OuterRef(who), enrolled_at__isnull=False)
    by_factor = live_grants(at=at).filter(user=OuterRef(who), role__in=MFA_ROLES)
    return (
        Q(Exists(held.filter(revoked_at__isnull=False)))
        & ~Q(Exists(held.filter(revoked_at__isnull=True)))
        & ~Q(Exists(by_factor))
    )


def actor_for(user: User, *, at: datetime | None = None) -> Actor:
    """The actor that a signed-in person is now; one query, never cached."""
    held = list(
        live_grants(at=at or timezone.now())
        .filter(user=user)
        .order_by("given_at", "pk")
        .values_list("role", "area_path", "body_id", "grade", "section")
    )
    # A grant over a body says nothing of places to the row guard; its own path does.
    paths = [row[1] for row in held]
    above_districts = any(path.count("/") < 2 for path in paths)
    return Actor(
        user_id=str(user.pk),
        language=user.language,
        grants=tuple(_held(*row) for row in held),
        districts=None if above_districts else frozenset(district_of(path) for path in paths),
    )


def held_grant(grant: Grant) -> authz.Grant:
    """A grant as the permission question knows it."""
    return _held(grant.role, grant.area_path, grant.body_id, grant.grade, grant.section)


def _held(role: str, area_path: str, body_id: UUID | None, grade: str, section: str) -> authz.Grant:
    return authz.Grant(
        role=Role(role),
        area_path="" if body_id else area_path,
        body_id=str(body_id) if body_id else "",
        unit=unit_of(grade, section),
    )


def grade_and_section(unit: tuple[str, ...]) -> tuple[str, str]:
    """The class that a unit of a school is, as its columns hold it: ("6", "A"), ("6", "") or ("", "")."""
    grade, section = (*unit, "", "")[:2]
    return grade, section


def actor_named(user_id: str) -> Actor:
    """The actor that a person is now, for a job of hers; without any grant when she has no account.

    Two queries.
    """
    user = User.objects.filter(pk=user_id).first()
    return actor_for(user) if user is not None else Actor(user_id)


def roles_held(people: Iterable[User], *, at: datetime) -> dict[str, set[Role]]:
    """User id → the roles each of some people holds at a moment; without a role, absent. One query."""
    found: dict[str, set[Role]] = {}
    held = live_grants(at=at).filter(user__in=list(people))
    for user_id, role in held.values_list("user_id", "role"):
        found.setdefault(str(user_id), set()).add(Role(role))
    return found


def count_grants_at(area: Area, *, at: datetime) -> int:
    """How many grants are in force over just this place, none above or below it."""
    return live_grants(at=at).filter(area_path=area.path).count()


def roles_by_name(username: str) -> frozenset[Role]:
    """Roles that whoever has this sign-in name holds now; one query, whether or not anyone has."""
    held = live_grants(at=timezone.now()).filter(user__username=username.strip().casefold())
    return frozenset(Role(role) for role in held.values_list("role", flat=True))


def still_may(user_id: str, permission: Permission, scope: Scope) -> bool:
    """Say whether the person who once asked for something could still ask for it today."""
    if user_id.startswith("system:"):
        return True
    user = User.objects.filter(pk=user_id, is_active=True).first()
    return user is not None and may(actor_for(user), permission, scope)


def people_by_role(*, at: datetime) -> dict[Role, int]:
    """How many people hold each role at a moment, every given role in it; tells of nobody."""
    counted = live_grants(at=at).values_list("role").annotate(n=Count("user", distinct=True))
    found = dict(counted.order_by())
    return {role: found.get(role.value, 0) for role in GIVEN_ROLES}


# --- people ---


def visible_people(actor: Actor) -> QuerySet[User]:
    """People who hold or held something within the places whose people the actor looks after."""
    return visible(User, actor, AccessPermission.PERSON_VIEW)


def people_listed(actor: Actor, *, role: str = "", at: datetime) -> QuerySet[User]:
    """People the actor may see, by sign-in name; only those with a role now when one is said."""
    found = visible_people(actor).order_by("username")
    if role:
        found = found.filter(pk__in=live_grants(at=at).filter(role=role).values("user"))
    return found


def get_person(actor: Actor, *, pk: UUID | str) -> User:
    """One person the actor may see; `NotFound` whether absent or hidden."""
    found = visible_people(actor).prefetch_related("grants").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def visible_grants(actor: Actor) -> QuerySet[Grant]:
    """Grants within the places whose people the actor looks after, newest first."""
    return (
        visible(Grant, actor, AccessPermission.PERSON_VIEW)
        .select_related("user", "area", "body")
        .order_by("-given_at", "-pk")
    )


def grants_of(actor: Actor, user: User) -> QuerySet[Grant]:
    """A person's grants within the actor's places, newest first."""
    return visible_grants(actor).filter(user=user)


def live_grants_of(
    actor: Actor, people: Sequence[User], *, at: datetime
) -> dict[UUID, list[Grant]]:
    """Person → her grants in force within the actor's places, newest first; each is in it.

    One query.
    """
    found: dict[UUID, list[Grant]] = {person.pk: [] for person in people}
    live = live_grants(at=at).values("pk")
    for grant in visible_grants(actor).filter(user__in=people, pk__in=live):
        found[grant.user_id].append(grant)
    return found


def get_grant(actor: Actor, *, pk: UUID | str) -> Grant:
    """One grant the actor may see; `NotFound` whether absent or hidden."""
    found = visible_grants(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def visible_invitations(actor: Actor) -> QuerySet[Invitation]:
    """Invitations into the places where the actor may invite, newest first."""
    return (
        visible(Invitation, actor, AccessPermission.PERSON_INVITE)
        .select_related("area", "body")
        .order_by("-invited_at", "-pk")
    )


def open_invitations(actor: Actor, *, at: datetime) -> QuerySet[Invitation]:
    """Invitations not yet accepted, withdrawn or run out."""
    return visible_invitations(actor).filter(
        accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at
    )


def get_invitation(actor: Actor, *, pk: UUID | str) -> Invitation:
    """One invitation the actor may see; `NotFound` whether absent or hidden."""
    found = visible_invitations(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def get_invitation_of(actor: Actor, *, pk: UUID | str) -> Invitation:
    """One invitation that the actor herself gave or agreed to; `NotFound` otherwise."""
    hers = Q(invited_by=actor.user_id) | Q(approved_by=actor.user_id)
    found = Invitation.objects.filter(hers, pk=pk).first() if actor.user_id else None
    if found is None:
        raise NotFound
    return found


# --- what waits for a second person ---


def waiting_grants(actor: Actor, *, at: datetime) -> QuerySet[Grant]:
    """Grants that wait for a second person and that the actor may agree to, oldest first."""
    return confirmable_grants(actor).filter(
        needs_approval=True,
        approved_at__isnull=True,
        revoked_at__isnull=True,
        given_at__gt=at - WAITS_FOR,
    )


def confirmable_grants(actor: Actor) -> QuerySet[Grant]:
    """Grants, waiting or not, that are of a role and place the actor may agree to; oldest first."""
    found = Grant.objects.filter(_confirmable(Grant, actor))
    return found.select_related("user", "area", "body__area").order_by("given_at", "pk")


def get_confirmable_grant(actor: Actor, *, pk: UUID | str) -> Grant:
    """One of `confirmable_grants`; `NotFound` whether absent or hidden."""
    found = confirmable_grants(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def waiting_invitations(actor: Actor, *, at: datetime) -> QuerySet[Invitation]:
    """Invitations that wait for a second person and that the actor may agree to, oldest first."""
    return confirmable_invitations(actor).filter(
        needs_approval=True,
        approved_at__isnull=True,
        accepted_at__isnull=True,
        withdrawn_at__isnull=True,
        expires_at__gt=at,
    )


def confirmable_invitations(actor: Actor) -> QuerySet[Invitation]:
    """Invitations, waiting or not, into roles and places the actor may agree to; oldest first."""
    found = Invitation.objects.filter(_confirmable(Invitation, actor))
    return found.select_related("area", "body__area").order_by("invited_at", "pk")


def get_confirmable_invitation(actor: Actor, *, pk: UUID | str) -> Invitation:
    """One of `confirmable_invitations`; `NotFound` whether absent or hidden."""
    found = confirmable_invitations(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def may_confirm_anywhere(actor: Actor) -> bool:
    """Say whether the actor may agree to anything anywhere; for menus, never for records."""
    return bool(grants_for(actor, AccessPermission.GRANT_APPROVE)) or any(
        not grant.unit
        for permission in CONFIRMED_BY.values()
        for grant in grants_for(actor, permission)
    )


def waiting_resets(actor: Actor, *, at: datetime) -> QuerySet[CredentialReset]:
    """Askings for new credentials that wait for a second person, oldest first."""
    return (
        CredentialReset.objects.filter(
            reach(CredentialReset, actor, AccessPermission.PERSON_VIEW),
            approved_at__isnull=True,
            refused_at__isnull=True,
            asked_at__gt=at - WAITS_FOR,
        )
        .select_related("user")
        .prefetch_related("user__grants")
        .order_by("asked_at", "pk")
    )


def count_to_confirm(actor: Actor, *, at: datetime) -> int:
    """How many grants, invitations and askings wait for the actor's word. Three queries."""
    return (
        waiting_grants(actor, at=at).count()
        + waiting_invitations(actor, at=at).count()
        + waiting_resets(actor, at=at).count()
    )


def resets_of(user: User) -> QuerySet[CredentialReset]:
    """Askings for new credentials of a person whom the reader may see, the latest first."""
    return CredentialReset.objects.filter(user=user).order_by("-asked_at", "-pk")


def get_reset(actor: Actor, *, pk: UUID | str) -> CredentialReset:
    """One asking about a person the actor may see; `NotFound` whether absent or hidden."""
    found = visible(CredentialReset, actor, AccessPermission.PERSON_VIEW).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def get_own_or_visible_reset(actor: Actor, *, pk: UUID | str) -> CredentialReset:
    """One asking about the actor herself, or about a person she may see; `NotFound` otherwise."""
    theirs = reach(CredentialReset, actor, AccessPermission.PERSON_VIEW) | Q(
        user=actor.user_id or None
    )
    found = CredentialReset.objects.filter(theirs, pk=pk).select_related("user").first()
    if found is None:
        raise NotFound
    return found


def resets_open_for(actor: Actor, *, at: datetime) -> QuerySet[CredentialReset]:
    """Askings about the actor's own credentials that wait, or whose link was not used yet."""
    return CredentialReset.objects.filter(
        Q(approved_at__isnull=True, asked_at__gt=at - WAITS_FOR) | Q(expires_at__gt=at),
        user=actor.user_id or None,
        used_at__isnull=True,
        refused_at__isnull=True,
    ).order_by("-asked_at", "-pk")


def grantable_places(actor: Actor, *, text: str, schools: bool) -> Sequence[Area | Body]:
    """Places within the actor's own administrator grants whose name or code fits `text`.

    Args:
        text: part of a name, or a whole LGD or UDISE code; empty finds only the actor's own.
        schools: schools instead of areas.

    Returns:
        At most `MAX_PLACES`, the highest first, then by name.
    """
    paths = granted_areas(actor, AccessPermission.GRANT_GIVE)
    text = text.strip()
    if schools:
        found = Body.objects.filter(within(paths, "area__path"), kind=Body.Kind.SCHOOL)
        named = Q(name__icontains=text) | Q(school__udise=text)
        schools_named = found.filter(named).select_related("area", "school")
        return list(schools_named.order_by("name", "pk")[:MAX_PLACES])
    areas = Area.objects.filter(within(paths, "path"), joined_into__isnull=True)
    areas = areas.select_related("parent")
    if not text:
        return list(areas.filter(path__in=paths).order_by("path"))
    named = Q(name__icontains=text) | Q(codes__code=text)
    matches = areas.filter(named).distinct().order_by("name", "pk")[: 4 * MAX_PLACES]
    return sorted(matches, key=lambda a: (a.path.count("/"), a.name))[:MAX_PLACES]


def _confirmable(held: type[Grant] | type[Invitation], actor: Actor) -> Q:
    """Grants or invitations that the actor may agree to, or refuse."""
    found = reach(held, actor, AccessPermission.GRANT_APPROVE)
    for role, permission in CONFIRMED_BY.items():
        found |= Q(role=role) & reach(held, actor, permission)
    return found


def people_of(ids: Iterable[str]) -> dict[str, User]:
    """User id → account; system actors and unknown keys are left out. One query, or none for none.

    For pages whose record the reader may already see: who did what in it.
    """
    keys = {i for i in ids if i and not i.startswith("system:")}
    if not keys:
        return {}
    return {str(u.pk): u for u in User.objects.filter(pk__in=keys)}


def people_named(ids: Iterable[str]) -> dict[str, str]:
    """User id → name to show, as `people_of`."""
    return {key: user.get_full_name() for key, user in people_of(ids).items()}
