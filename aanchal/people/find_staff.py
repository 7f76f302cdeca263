"""Looking for a colleague by name, as others spell it, in any of the three scripts."""

from django.db.models import QuerySet

from aanchal.access.models import User
from aanchal.lib.indic.names import words
from aanchal.lib.indic.ranking import alike, query_words

MOST = 20
LEAST = 62.0


def people_like(people: QuerySet[User], name: str) -> list[User]:
    """Those of these people whose name, or the beginning of whose sign-in name, was written.

    Best first, at most twenty; two queries and those of `people`'s prefetches.
    """
    asked = query_words(name)
    begins = name.strip().casefold()
    every = people.order_by().prefetch_related(None).only("pk", "username", "display_name")
    scores = {
        user.pk: 100.0
        if begins and user.username.startswith(begins)
        else alike(asked, words(user.display_name))
        for user in every
    }
    best = sorted((pk for pk in scores if scores[pk] >= LEAST), key=lambda pk: -scores[pk])[:MOST]
    held = {user.pk: user for user in people.filter(pk__in=best)}
    return [held[pk] for pk in best]
