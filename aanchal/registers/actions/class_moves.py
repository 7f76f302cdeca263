"""An agreed move between classes taken back, where no register has her in the new class yet."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from aanchal.kernel.actions import use_case
from aanchal.kernel.authz import Actor, require
from aanchal.kernel.errors import WrongState
from aanchal.people.actions import undo_move
from aanchal.people.models import ClassMove, ClassSection
from aanchal.people.permissions import PeoplePermission

from ..models import RegisterPage
from ..page_store import page_marks


@use_case
def undo_class_move(actor: Actor, *, move: ClassMove, at: datetime) -> ClassMove:
    """Take a yes to a move back: the child is in her old class, and the question waits as before.

    Raises:
        NotAllowed: the actor answers for no whole school or area the child came from, or is kin.
        WrongState: no yes was said, she has been in another class since, or the new class's
            register has marks of hers: a repair is undone first, so that none is left behind.
    """
    move = ClassMove.objects.select_related(
        "child__household", "from_section__school__area", "to_section"
    ).get(pk=move.pk)
    require(actor, PeoplePermission.CHILD_MOVE, move)
    ClassSection.objects.select_for_update().get(pk=move.to_section_id)
    if move.state == ClassMove.State.AGREED and _has_marks(move.to_section, move.child_id):
        raise WrongState(
            _(
                "The register of the new class already has marks of this pupil. "
                "Undo the repair of her row there first."
            )
        )
    return undo_move(actor, move=move, at=at)


def _has_marks(section: ClassSection, child_id: UUID) -> bool:
    for held in RegisterPage.objects.filter(class_section=section):
        page = page_marks(held)
        if child_id in page.children and page.marks[page.children.index(child_id)].any():
            return True
    return False
