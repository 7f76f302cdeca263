"""How many rows and cells of a register wait, kept with it; whoever calls has asked who may."""

from aanchal.kernel.models import ImportProblem

from .models import RegisterFile


def count_rows_left(register: RegisterFile) -> None:
    """Bring the number of rows and cells that wait up to date with what there is."""
    register = RegisterFile.objects.select_for_update().get(pk=register.pk)
    waiting = ImportProblem.objects.filter(
        source_kind="register", source_id=str(register.pk), state=ImportProblem.State.OPEN
    )
    register.counts = {**register.counts, "rows_left": waiting.count()}
    register.save(update_fields=["counts"])
