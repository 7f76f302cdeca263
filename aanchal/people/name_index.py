"""The index by which a child is found by the sound of her name.

What is stored of a name is a bucket: a keyed hash of its coarse sound, of a key of the district's own.
A sound that fewer than `FEWEST` children share has no bucket: those children are put together into
pools, by another keyed hash, so that no bucket tells of fewer than `FEWEST`. What stands in a
bucket is opened and ranked in memory (`find.py`).

The index is written in the transaction that makes a child, and made anew from the names by
`rebuild`: by night where it has grown out of shape, and by `aanchal people name-index`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F

from aanchal.kernel.fields import Sealed
from aanchal.kernel.sealing import keyed_hash, unseal
from aanchal.lib.indic.search_keys import KEY_VERSION, name_keys

from .models import Child, ChildCodeSeries, NameBucket, NameIndex

FEWEST = 16
POOL_SIZE = 48
# The index is made anew when so many children came since, or half as many as it holds.
MAX_ADDED = 256
BUCKET_LETTERS = 12
BATCH = 2000
NAME_FIELDS = ("given_name", "family_name", "own_script_name")

Row = tuple[UUID, Sealed | None, Sealed | None, Sealed | None]


def own_bucket(district: str, key: str) -> str:
    """The bucket of a sound that enough children of a district share."""
    return keyed_hash(key, purpose=f"people.name/{district}")[:BUCKET_LETTERS]


def pool_bucket(district: str, key: str, pools: int) -> str:
    """The bucket that a rare sound shares with others, one of `pools`."""
    number = int(keyed_hash(key, purpose=f"people.name.pool/{district}")[:8], 16) % pools
    return keyed_hash(str(number), purpose=f"people.name.pools/{district}")[:BUCKET_LETTERS]


def buckets_of(index: NameIndex, keys: Iterable[str]) -> list[str]:
    """Every bucket in which children of these sounds may stand; "" is no sound."""
    found: set[str] = set()
    for key in keys:
        found.add(own_bucket(index.district, key))
        found.add(pool_bucket(index.district, key, index.pools))
    return sorted(found)


def open_names(rows: Sequence[Row], fields: Sequence[int] = (0, 1, 2)) -> dict[UUID, str]:
    """Child → those of her `NAME_FIELDS`, joined by a space; "" when none is known.

    Args:
        rows: the child's id and the three sealed values, as `values_list` gives them.
        fields: positions in `NAME_FIELDS`.
    """
    return {
        pk: " ".join(filter(None, (_opened(pk, at, sealed[at]) for at in fields)))
        for pk, *sealed in rows
    }


def _opened(pk: UUID, at: int, value: Sealed | None) -> str:
    if value is None:
        return ""
    return unseal(value.data, place=f"people.Child.{NAME_FIELDS[at]}|{pk}").decode()


def add_to_index(district: str, children: Sequence[Child], *, at: datetime) -> bool:
    """Put new children of a district into its index; the caller holds the district's code series.

    Returns:
        Whether the index should be made anew soon.
    """
    new = [c.pk for c in children]
    index, _made = NameIndex.objects.get_or_create(
        district=district,
        defaults={
            "key_version": KEY_VERSION,
            "made_at": at,
            "is_whole": not Child.objects.filter(district=district).exclude(pk__in=new).exists(),
        },
    )
    keys = {c.pk: name_keys(c.given_name, c.family_name, c.own_script_name) for c in children}
    every = {key for found in keys.values() for key in found}
    own = {key: own_bucket(district, key) for key in every}
    known = set(
        NameBucket.objects.filter(district=district, bucket__in=own.values())
        .values_list("bucket", flat=True)
        .distinct()
    )
    buckets = {
        key: own[key] if own[key] in known else pool_bucket(district, key, index.pools)
        for key in every
    }
    _write(district, {pk: {buckets[key] for key in found} for pk, found in keys.items()})
    NameIndex.objects.filter(pk=district).update(added=F("added") + len(new))
    index.refresh_from_db()
    return has_outgrown(index)


def has_outgrown(index: NameIndex) -> bool:
    """Whether the index does not fit the district any more."""
    return (
        not index.is_whole
        or index.key_version != KEY_VERSION
        or index.added > max(MAX_ADDED, index.children // 2)
    )


def districts_to_rebuild() -> list[str]:
    """Districts whose index is missing, of another version, outgrown, or has too small a bucket."""
    held = {i.district: i for i in NameIndex.objects.all()}
    everywhere = Child.objects.order_by().values_list("district", flat=True).distinct()
    return sorted(
        district
        for district in everywhere
        if district not in held or has_outgrown(held[district]) or smallest_bucket(district)
    )


def smallest_bucket(district: str) -> int:
    """How many children the smallest bucket holds if too few; 0 when each holds enough.

    A district with fewer than `FEWEST` children has one bucket, which is enough.
    """
    sizes = list(
        NameBucket.objects.filter(district=district)
        .order_by()
        .values("bucket")
        .annotate(n=Count("pk"))
        .values_list("n", flat=True)
    )
    return min(sizes) if len(sizes) > 1 and min(sizes) < FEWEST else 0


def has_left_out(district: str) -> bool:
    """Whether a child with a name that has a sound stands in no bucket."""
    rows = Child.objects.filter(district=district, name_buckets__isnull=True).order_by()
    found = rows.values_list("pk", *NAME_FIELDS)[:BATCH]
    return any(name_keys(name) for name in open_names(list(found)).values())


@transaction.atomic
def rebuild(district: str, *, at: datetime) -> int:
    """Make a district's index anew from the names; only what changes is written.

    Returns:
        How many children it holds now.
    """
    ChildCodeSeries.objects.select_for_update().filter(pk=district).first()
    keys: dict[UUID, frozenset[str]] = {}
    rows = Child.objects.filter(district=district).order_by().values_list("pk", *NAME_FIELDS)
    for batch in _batches(rows.iterator(chunk_size=BATCH)):
        for pk, name in open_names(batch).items():
            keys[pk] = name_keys(name)
    wanted, pools = _sorted_out(district, keys)
    NameIndex.objects.update_or_create(
        district=district,
        defaults={
            "key_version": KEY_VERSION,
            "pools": pools,
            "children": len(keys),
            "added": 0,
            "is_whole": True,
            "made_at": at,
        },
    )
    gone: list[UUID] = []
    held = NameBucket.objects.filter(district=district).order_by()
    for pk, child, bucket in held.values_list("pk", "child_id", "bucket").iterator():
        if bucket in wanted.get(child, ()):
            wanted[child].discard(bucket)
        else:
            gone.append(pk)
    for at_row in range(0, len(gone), BATCH):
        NameBucket.objects.filter(pk__in=gone[at_row : at_row + BATCH]).delete()
    _write(district, wanted)
    return len(keys)


def _sorted_out(
    district: str, keys: dict[UUID, frozenset[str]]
) -> tuple[dict[UUID, set[str]], int]:
    """Child → her buckets, none smaller than `FEWEST`, and the number of pools."""
    sizes = Counter(key for found in keys.values() for key in found)
    own = {key for key, n in sizes.items() if n >= FEWEST}
    rare = sum(n for key, n in sizes.items() if key not in own)
    pools = max(1, rare // POOL_SIZE)
    while True:
        wanted = {
            pk: {
                own_bucket(district, key) if key in own else pool_bucket(district, key, pools)
                for key in found
            }
            for pk, found in keys.items()
        }
        pooled = {pool_bucket(district, key, pools) for key in sizes if key not in own}
        held = Counter(b for found in wanted.values() for b in found if b in pooled)
        if not held or min(held.values()) >= FEWEST:
            return wanted, pools
        if pools > 1:
            pools = pools * 3 // 4
        elif own:
            own.remove(min(own, key=lambda key: (sizes[key], key)))
        else:
            return wanted, pools


def _write(district: str, wanted: dict[UUID, set[str]]) -> None:
    NameBucket.objects.bulk_create(
        (
            NameBucket(district=district, child_id=pk, bucket=bucket)
            for pk, buckets in wanted.items()
            for bucket in sorted(buckets)
        ),
        batch_size=BATCH,
    )


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
