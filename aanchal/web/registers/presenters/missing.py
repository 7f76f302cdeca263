"""What may be answered about a pupil missing from a register."""

from django.utils.translation import gettext_lazy

from aanchal.registers.models import MissingPupil

SAID = {
    MissingPupil.Said.TRANSFERRED: gettext_lazy("Went to another school"),
    MissingPupil.Said.NAME_CUT: gettext_lazy("The name was cut from the register"),
    MissingPupil.Said.LEFT_OUT: gettext_lazy("Left out of the file by mistake"),
    MissingPupil.Said.OTHER_NAME: gettext_lazy("In this register under another name or number"),
    MissingPupil.Said.OTHER: gettext_lazy("Something else"),
}
