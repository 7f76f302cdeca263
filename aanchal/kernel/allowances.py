"""What may be done a few times only: counted for each person, address or site, by a keyed hash.

A count begins with the first time and ends after its window; nothing says whose it is.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from .errors import TooMany
from .models import Spent
from .sealing import keyed_hash


@dataclass(frozen=True)
class Allowance:
    """So many times within a while.

    Args:
        sentence: what is said to whoever has had them all, in the reader's language.
    """

    name: str
    most: int
    within: timedelta
    sentence: object


def spend(*uses: tuple[Allowance, str], at: datetime) -> None:
    """Count one use of each allowance for its key; all or none.

    Raises:
        TooMany: one of them is used up.
    """
    with transaction.atomic():
        for allowance, key in uses:
            if not _one_more(allowance, key, at=at):
                raise TooMany(allowance.sentence)


def _one_more(allowance: Allowance, key: str, *, at: datetime) -> bool:
    pk = keyed_hash(f"{allowance.name}|{key}", purpose="kernel/allowances")
    mine = Spent.objects.filter(pk=pk)
    until = at + allowance.within
    # Each of these is one statement, so that two at once cannot both take the last.
    if mine.filter(until_at__lte=at).update(times=1, until_at=until):
        return True
    if _count_on(mine, allowance):
        return True
    if mine.exists():
        return _count_on(mine, allowance)  # it may have begun only now, and then has room
    try:
        with transaction.atomic():
            Spent.objects.create(pk=pk, times=1, until_at=until)
    except IntegrityError:  # another first use came between
        return _count_on(mine, allowance)
    return True


def _count_on(mine: QuerySet[Spent], allowance: Allowance) -> bool:
    return bool(mine.filter(times__lt=allowance.most).update(times=F("times") + 1))
