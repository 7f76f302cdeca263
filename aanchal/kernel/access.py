"""Where the records of a model stand, said once in its `class Access`.

Two things follow from it: the `Scope` of one record, about which permission is asked
(`permissions.may`), and the condition of a query that finds the records an actor has a permission
on (`reach`, `visible`). A test holds that both give the same answer for every model.

All names but `sealed` are lookups, written as for a filter ("child__area__path"):

    area      the path of its area; without one it stands nowhere, and no area admits
    district  the key of its district, for the audit; else its own `district`, else that of the path
    body      the key of the school or office it belongs to
    unit      names of the unit of that body, the widest first
    sender    who gave it in; whoever holds only a unit of the body reaches what she sent herself
    holder    in whose hands it is, for roles that reach only what is in their own hands;
              `held_while`: only while a field has a value, such as ("state", "assigned")
    kin       user ids of those who are shut out (one lookup, or several)
    team      user ids of those who alone may see it
    part_of   the record of whose place it is; of several, the first that is set. It brings its kin
    sealed    true when some of these can be read only in an opened record: then `reach` cannot be
              asked, and `candidates` and `admitted` take its place

Where a rule is beyond lookups, `Access` has functions of these names, and says why:

    stands(record) -> Scope
    reached(actor, permission, at) -> Q
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.constants import LOOKUP_SEP

from .authz import (
    Actor,
    Grant,
    Scope,
    Scoped,
    district_of,
    grants_for,
    may,
    outermost,
    role_table,
    unit_of,
)
from .vocabulary import Permission

M = TypeVar("M", bound=models.Model)
S = TypeVar("S", bound=Scoped)

NOTHING = Q(pk__in=[])


class HasAccess:
    """A model with a `class Access`, from which its scope follows."""

    def scope(self) -> Scope:
        """Where this record stands."""
        return scope_of(self)


@dataclass(frozen=True)
class Access:
    """What a model's `class Access` says."""

    area: str = ""
    district: str = ""
    body: str = ""
    unit: tuple[str, ...] = ()
    sender: str = ""
    holder: str = ""
    held_while: tuple[str, str] | None = None
    kin: tuple[str, ...] = ()
    team: str = ""
    part_of: tuple[str, ...] = ()
    sealed: bool = False
    stands: Callable[[Any], Scope] | None = None
    reached: Callable[[Actor, Permission, str], Q] | None = None


@cache
def access_of(model: type) -> Access:
    """What a model says of access.

    Raises:
        ValueError: it has no `class Access`, or one with a name that means nothing.
    """
    declared = model.__dict__.get("Access")
    if declared is None:
        raise ValueError(f"{model.__name__} has no class Access")
    said = {name: value for name, value in vars(declared).items() if not name.startswith("__")}
    if unknown := said.keys() - Access.__dataclass_fields__.keys():
        raise ValueError(f"{model.__name__}.Access: {sorted(unknown)} means nothing")
    for name in ("kin", "part_of", "unit"):
        if isinstance(said.get(name), str):
            said[name] = (said[name],)
    for name in ("stands", "reached"):
        if isinstance(said.get(name), staticmethod):
            said[name] = said[name].__func__
    if "part_of" not in said and hasattr(model, "district"):
        said.setdefault("district", "district")
    return Access(**said)


# --- of one record: where it stands ---


def scope_of(record: Any) -> Scope:
    """Where a record stands, by its model's `class Access`."""
    model: type = type(record)
    access = access_of(model)
    if access.stands is not None:
        return access.stands(record)
    excluded = _users(record, access.kin)
    more: dict[str, Any] = {}
    if access.sender:
        more["senders"] = _users(record, (access.sender,))
    if access.holder:
        field, value = access.held_while or ("", "")
        is_held = not field or getattr(record, field) == value
        more["holders"] = _users(record, (access.holder,)) if is_held else frozenset[str]()
    if access.team:
        more["team"] = _users(record, (access.team,))
    if access.part_of:
        whole = next(found for lookup in access.part_of for found in _values(record, lookup))
        scope: Scope = whole.scope()
        if access.district:
            more["district"] = _one(record, access.district)
        if excluded - scope.excluded:
            more["excluded"] = scope.excluded | excluded
        return replace(scope, **more) if more else scope
    path = _one(record, access.area) if access.area else ""
    return Scope(
        area_path=path,
        district=_one(record, access.district) if access.district else district_of(path),
        body_id=_one(record, access.body) if access.body else "",
        unit=unit_of(*[_one(record, lookup) for lookup in access.unit]),
        excluded=excluded,
        **more,
    )


def _users(record: Any, lookups: Iterable[str]) -> frozenset[str]:
    return frozenset([str(user) for lookup in lookups for user in _values(record, lookup)])


def _one(record: Any, lookup: str) -> str:
    """The one value that a lookup finds, as text; "" when something on the way is not set."""
    found = record
    for name in lookup.split(LOOKUP_SEP):
        found = found.get(name) if isinstance(found, dict) else getattr(found, name)
        if found is None:
            return ""
    return str(found)


def _values(record: Any, lookup: str) -> list[Any]:
    """All values that a lookup finds from a record on; what is not set is left out."""
    found = [record]
    for name in lookup.split(LOOKUP_SEP):
        step: list[Any] = []
        for one in found:
            value = one.get(name) if isinstance(one, dict) else getattr(one, name)
            if isinstance(value, models.Manager):
                step += value.all()
            elif isinstance(value, list | tuple | set | frozenset):
                step += value
            elif value is not None:
                step.append(value)
        found = step
    return found


# --- of a query: which records an actor reaches ---


def visible(model: type[M], actor: Actor, permission: Permission) -> QuerySet[M]:
    """Records of a model on which the actor has a permission."""
    return model._default_manager.filter(reach(model, actor, permission))


def one_of(records: QuerySet[M], key: UUID | str | None) -> M | None:
    """The one with a key of the records a query found; None when it is absent or another's."""
    return records.filter(pk=key).first()


def how_many(sets: Mapping[str, QuerySet[M]]) -> dict[str, int]:
    """How many records each of some sets has; one query a set."""
    return {name: records.count() for name, records in sets.items()}


def reach(model: type[models.Model], actor: Actor, permission: Permission, at: str = "") -> Q:
    """The condition that the actor has a permission on a record of a model.

    Args:
        at: the lookup from the rows that are asked to such a record, with its trailing
            underscores ("flag__"); "" when they are such records.

    Raises:
        ValueError: the model's rows must be opened to know where they stand (`admitted`).
    """
    shut_out = kin_lookups(model)
    return _reached(model, actor, permission, at, shut_out) & _without(shut_out, actor, at)


def placed(model: type[models.Model], actor: Actor, permission: Permission, at: str = "") -> Q:
    """`reach` without leaving out kin: for who reads many rows, then their kin, and asks `may` of each."""
    return _reached(model, actor, permission, at, kin_lookups(model))


def outside_kin(model: type[models.Model], actor: Actor, at: str = "") -> Q:
    """The condition that a record's kin do not include the actor; place and role aside."""
    return _without(kin_lookups(model), actor, at)


def within(paths: Iterable[str], field: str) -> Q:
    """A condition that `field` holds one of these area paths, or a path below one."""
    condition = NOTHING
    for path in paths:
        condition |= Q(**{field: path}) | Q(**{f"{field}__startswith": path + "/"})
    return condition


def is_person(actor: Actor) -> bool:
    """Whether the actor has an account: Aanchal itself has none and is nobody's kin."""
    try:
        UUID(actor.user_id)
    except ValueError:
        return False
    return True


def kin_lookups(model: type[models.Model]) -> tuple[str, ...]:
    """Lookups to all who are shut out of a model's records, whatever they are part of."""
    access = access_of(model)
    found = list(access.kin)
    if len(access.part_of) == 1:
        whole = access.part_of[0]
        found += [f"{whole}{LOOKUP_SEP}{lookup}" for lookup in kin_lookups(_model_at(model, whole))]
    return tuple(dict.fromkeys(found))


def _without(lookups: Sequence[str], actor: Actor, at: str) -> Q:
    found = Q()
    if is_person(actor):
        for lookup in lookups:
            found &= ~Q(**{at + lookup: actor.user_id})
    return found


def _reached(
    model: type[models.Model],
    actor: Actor,
    permission: Permission,
    at: str,
    shut_out: Sequence[str],
    held: Q | None = None,
) -> Q:
    """Role and place, and the kin of what it may be part of where that is not in `shut_out`."""
    access = access_of(model)
    if access.reached is not None:
        return access.reached(actor, permission, at)
    if access.sealed or access.stands is not None:
        raise ValueError(f"{model.__name__} is asked in opened records")
    # Of a part and its whole the part says in whose hands it is.
    if access.holder and held is None:
        held = _is_user(at + access.holder, actor)
        if access.held_while is not None:
            field, value = access.held_while
            held &= Q(**{at + field: value})
    if not access.part_of:
        return _placed(access, actor, permission, at, held)
    found, unset = NOTHING, Q()
    for whole in access.part_of:
        other, there = _model_at(model, whole), at + whole + LOOKUP_SEP
        own = [k for k in kin_lookups(other) if f"{whole}{LOOKUP_SEP}{k}" not in shut_out]
        reached = _reached(other, actor, permission, there, kin_lookups(other), held)
        found |= unset & reached & _without(own, actor, there)
        # Of a chain of keys only the first may be empty.
        unset &= Q(**{f"{at}{whole.split(LOOKUP_SEP)[0]}__isnull": True})
    return found


def _placed(access: Access, actor: Actor, permission: Permission, at: str, held: Q | None) -> Q:
    """The condition that one of the actor's grants admits, by the same steps as `admits`."""
    areas: list[str] = []
    own_hands: list[str] = []
    bodies: list[str] = []
    units: list[Grant] = []
    for grant in grants_for(actor, permission):
        if grant.role in role_table().own_hands and held is not None:
            own_hands += [grant.area_path] if grant.area_path else []
        elif not grant.body_id:
            areas += [grant.area_path] if grant.area_path else []
        elif grant.unit:
            units.append(grant)
        else:
            bodies.append(grant.body_id)
    found = within(outermost(areas), at + access.area)
    if held is not None and own_hands:
        found |= held & within(outermost(own_hands), at + access.area)
    if not access.body:
        return found
    if bodies:
        found |= Q(**{f"{at}{access.body}__in": sorted(set(bodies))})
    for grant in units:
        if len(grant.unit) > len(access.unit):
            continue
        names = zip(access.unit, grant.unit, strict=False)
        one = Q(**{at + access.body: grant.body_id})
        one &= Q(**{at + lookup: name for lookup, name in names})
        found |= one & (_is_user(at + access.sender, actor) if access.sender else Q())
    return found


def _is_user(lookup: str, actor: Actor) -> Q:
    # A key of an account is compared as one; where a text names who it is, Aanchal itself may be.
    if lookup.endswith("_id") and not is_person(actor):
        return NOTHING
    return Q(**{lookup: actor.user_id})


def _model_at(model: type[models.Model], lookup: str) -> type[models.Model]:
    for name in lookup.split(LOOKUP_SEP):
        related = model._meta.get_field(name).related_model
        assert isinstance(related, type) and issubclass(related, models.Model)
        model = related
    return model


# --- of records that must be opened first ---


def candidates(actor: Actor, permission: Permission, field: str = "district") -> Q:
    """Rows of the districts where the actor holds a permission: all that are worth opening.

    Everywhere for whoever holds it over more than districts.
    """
    paths = (g.area_path for g in grants_for(actor, permission) if g.area_path)
    found = {district_of(path) for path in paths}
    return Q() if "" in found else Q(**{f"{field}__in": found})


def admitted(actor: Actor, permission: Permission, records: Iterable[S]) -> list[S]:
    """Those of some records on which the actor has a permission, in their order."""
    return [record for record in records if may(actor, permission, record)]
