"""Moving nodes of the area tree, with every stored path that stands on them.

A path is written down in more tables than this app knows: grants and invitations above it, import
problems below it. Any of them that has a column `area_path` is found among the installed models
and moved in the same transaction, so that nobody's reach is wrong even for a moment. History (the
audit) keeps the paths of its own time.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from django.apps import apps
from django.db import connection, models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Concat, Substr

from aanchal.kernel.authz import ROOT

from .models import Area, AreaCode, Body, SchoolCalendar

HISTORY = frozenset({"kernel.AuditEvent"})
# Conditions in one statement; SQLite allows an expression a thousand levels deep.
MAX_MOVES = 100

T = TypeVar("T")
AnyField: TypeAlias = "models.Field[Any, Any]"


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of up to `size` items, in order; nothing for nothing."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def write_new(
    model: type[models.Model],
    fields: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    keep_known: bool = False,
) -> None:
    """Write many new records of one table, as `bulk_create` does, at a third of its cost.

    Args:
        fields: of which each row has the value, in this order; others get their default.
        keep_known: a record that contradicts a unique one already there is left out.
    """
    given = _columns(model, fields)
    others = [f for f in model._meta.local_concrete_fields if f not in given]
    columns = [*given, *others]
    names, marks = ", ".join(map(_quoted, columns)), ", ".join(["%s"] * len(columns))
    end = " ON CONFLICT DO NOTHING" if keep_known else ""
    table = connection.ops.quote_name(model._meta.db_table)
    _send(
        # Names of the model's own table and columns; values go beside the statement.
        f"INSERT INTO {table} ({names}) VALUES ({marks}){end}",  # noqa: S608
        columns,
        ([*row, *(f.get_default() for f in others)] for row in rows),
    )


def write_over(
    model: type[models.Model], fields: Sequence[str], rows: Mapping[UUID, Sequence[Any]]
) -> None:
    """Write some fields of many records of one table over; a record that is gone stays gone.

    Django's `bulk_update` puts one statement together for hundreds of records, at thirty times the
    cost of this one, which is sent again with each record's values.

    Args:
        rows: key of the record → its values, in the order of `fields`.
    """
    key = model._meta.pk
    assert key is not None
    columns = _columns(model, fields)
    sets = ", ".join(f"{_quoted(c)} = %s" for c in columns)
    table = connection.ops.quote_name(model._meta.db_table)
    _send(
        # Names of the model's own table and columns; values go beside the statement.
        f"UPDATE {table} SET {sets} WHERE {_quoted(key)} = %s",  # noqa: S608
        [*columns, key],
        ([*values, pk] for pk, values in rows.items()),
    )


def _columns(model: type[models.Model], fields: Sequence[str]) -> list[AnyField]:
    own = {f.name: f for f in model._meta.local_concrete_fields}
    return [own[name] for name in fields]


def _quoted(field: AnyField) -> str:
    assert field.column is not None
    return connection.ops.quote_name(field.column)


def _send(statement: str, columns: Sequence[AnyField], rows: Iterable[Sequence[Any]]) -> None:
    """Send one statement with each row's values, as the columns write them."""
    ways = [c.get_db_prep_save for c in columns]
    ready = [[way(v, connection) for way, v in zip(ways, row, strict=True)] for row in rows]
    if ready:
        with connection.cursor() as cursor:
            cursor.executemany(statement, ready)


def root_area() -> Area:
    """The country, made on first need."""
    root, _made = Area.objects.get_or_create(
        path=ROOT, defaults={"level": Area.Level.COUNTRY, "name": "India", "parent": None}
    )
    return root


def move_paths(moves: Mapping[str, str]) -> None:
    """Give areas, and all below them, another path; what stands on the old one follows.

    Args:
        moves: old path → new path; no old path below another one. The new paths must be free.
    """
    for some in _in_parts(moves):
        _rewrite(Area, "path", some)
    move_holders(moves)


def move_holders(moves: Mapping[str, str]) -> None:
    """Rewrite the stored paths of other tables only: old path → new path, with all below."""
    for some in _in_parts(moves):
        for model in holders():
            _rewrite(model, "area_path", some)


@dataclass(frozen=True)
class Union:
    """Two nodes that are one place: who stays, who retires beneath it, and the place's path."""

    survivor: Area
    retired: Area
    path: str
    parent: Area


def unite(unions: Sequence[Union]) -> None:
    """Make each pair one node; whatever stood on either path stands on the place's.

    The retired node keeps its row beneath the survivor, so that a record which still points at it
    is within everybody's reach who reaches the place. Queries do not grow with the pairs, but for
    one in a hundred.

    Args:
        unions: no node twice.
    """
    moves = {
        node.path: u.path for u in unions for node in (u.survivor, u.retired) if node.path != u.path
    }
    for u in unions:
        u.retired.path = f"{u.path}/{key_of(u.retired.path)}"
        u.retired.parent = u.retired.joined_into = u.survivor
        u.survivor.path, u.survivor.parent = u.path, u.parent
    retired = [u.retired for u in unions]
    # First the place is vacated, then taken: a path is unique at every moment.
    Area.objects.bulk_update(retired, ["path", "joined_into"], batch_size=MAX_MOVES)
    Area.objects.bulk_update(
        [u.survivor for u in unions],
        ["path", "parent", "name", "local_name"],
        batch_size=MAX_MOVES,
    )
    move_paths(moves)
    for part in batches(unions, MAX_MOVES):
        heirs = {u.retired.pk: u.survivor.pk for u in part}
        _inherit(Area, "parent", heirs)
        _inherit(Area, "joined_into", heirs)
        _inherit(AreaCode, "area", heirs)
        held = SchoolCalendar.objects.filter(area__in=heirs.values()).values_list("area", flat=True)
        _inherit(SchoolCalendar, "area", {r: s for r, s in heirs.items() if s not in set(held)})
    Area.objects.bulk_update(retired, ["parent"], batch_size=MAX_MOVES)


def _inherit(model: type[models.Model], field: str, heirs: Mapping[UUID, UUID]) -> None:
    if heirs:
        whens = [When(**{f"{field}_id": old}, then=Value(new)) for old, new in heirs.items()]
        model._default_manager.filter(**{f"{field}_id__in": heirs}).update(
            **{f"{field}_id": Case(*whens, default=F(f"{field}_id"))}
        )


def key_of(path: str) -> str:
    """The last key of a path."""
    return path.rpartition("/")[2]


def part(*, survivor: Area, retired: Area, leaving: Area, home: Area, key: str) -> None:
    """Undo one union: `leaving` goes home, the other node keeps the place's path.

    Whatever points at the leaving node itself goes with it, stored paths too; the rest stays.
    Codes and names are the caller's to give back.

    Args:
        leaving: one of the two.
        home: the area beneath which it stands from now on.
        key: its key there.
    """
    staying = retired if leaving is survivor else survivor
    place, parent = survivor.path, survivor.parent
    Area.objects.filter(parent=survivor).exclude(pk=retired.pk).update(parent=staying)
    Area.objects.filter(joined_into=survivor).exclude(pk=retired.pk).update(joined_into=staying)
    leaving.path, leaving.parent, leaving.joined_into = f"{home.path}/{key}", home, None
    leaving.save(update_fields=["path", "parent", "joined_into"])
    staying.path, staying.parent, staying.joined_into = place, parent, None
    staying.save(update_fields=["path", "parent", "joined_into"])
    bodies = list(Body.objects.filter(area=leaving).values_list("pk", flat=True))
    for model in holders():
        names = {f.attname for f in model._meta.local_concrete_fields}
        own = Q(pk__in=[])
        if "area_id" in names:
            own |= Q(area_id=leaving.pk)
        if "body_id" in names:
            own |= Q(body_id__in=bodies)
        model._default_manager.filter(own, _at_or_below("area_path", place)).update(
            area_path=leaving.path
        )


def holders() -> list[type[models.Model]]:
    """Tables that keep a path beside their records, history left out."""
    return [
        model
        for model in apps.get_models()
        if model._meta.label not in HISTORY
        and any(f.name == "area_path" for f in model._meta.local_concrete_fields)
    ]


def _in_parts(moves: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    for part in batches(moves.items(), MAX_MOVES):
        yield dict(part)


def _rewrite(model: type[models.Model], field: str, moves: Mapping[str, str]) -> None:
    cases: Sequence[Any] = [
        When(
            _at_or_below(field, old),
            then=Concat(Value(new), Substr(F(field), len(old) + 1)),
        )
        for old, new in moves.items()
    ]
    touched = Q()
    for old in moves:
        touched |= _at_or_below(field, old)
    if cases:
        model._default_manager.filter(touched).update(**{field: Case(*cases, default=F(field))})


def _at_or_below(field: str, path: str) -> Q:
    return Q(**{field: path}) | Q(**{f"{field}__startswith": path + "/"})
