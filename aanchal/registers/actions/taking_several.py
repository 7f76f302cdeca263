"""Small registers that were read together, stored as understood and taken in by one transaction."""

from collections.abc import Sequence
from datetime import datetime

from aanchal.kernel.actions import use_case
from aanchal.kernel.authz import Actor
from aanchal.kernel.errors import DomainError, WrongState
from aanchal.kernel.saving import save_several

from ..models import RegisterFile
from ..shown_pages import ShownPage
from .registers import SHOWN_FIELDS, lock_files, show_held
from .taking import TAKEN_FIELDS, Desk, Taken, Yes, take_held

Understood = tuple[RegisterFile, Sequence[ShownPage]]


@use_case
def take_understood(
    actor: Actor, *, understood: Sequence[Understood], at: datetime, confirmed: bool = False
) -> list[tuple[RegisterFile, Taken] | None]:
    """Store what was understood of several small files and take them in; nobody is enrolled.

    Each as `read_register` and `take_register` would, but written once, when both is done.

    Returns:
        Each as it is now and what was done, in their order; None for one that could not be taken in, of
        which nothing was written: the use cases for one file say why.
    """
    yes = Yes(enrol=False, said=confirmed, at=at)
    held = lock_files([register for register, _pages in understood])
    desk = Desk.of([page for _register, pages in understood for page in pages])
    done: list[tuple[RegisterFile, Taken] | None] = []
    for register, (_given, pages) in zip(held, understood, strict=True):
        try:
            taken = _take_one(actor, register=register, pages=pages, desk=desk, yes=yes)
            done.append((register, taken))
        except DomainError:
            desk.classes.forget()
            done.append(None)
    fields = dict.fromkeys([*SHOWN_FIELDS, *TAKEN_FIELDS])
    save_several([one[0] for one in done if one is not None], fields=list(fields))
    return done


@use_case
def _take_one(
    actor: Actor, *, register: RegisterFile, pages: Sequence[ShownPage], desk: Desk, yes: Yes
) -> Taken:
    if not show_held(actor, register, pages):
        raise WrongState  # somebody else began it since it was read
    return take_held(actor, register, pages, desk, yes)
