"""A flag's sentence in the reader's language, made from its numbers."""

from django.utils.translation import gettext

from .models import Flag
from .rules.sentences import Reason, Sex, render

SEXES = {"girl": Sex.GIRL, "boy": Sex.BOY}


def flag_sentence(flag: Flag) -> str:
    """Why this child is asked after, in the language now active; `child` must be loaded."""
    return reason_sentence(flag.reason, flag.child.sex)


def reason_sentence(reason: Reason, sex: str) -> str:
    """The sentence of stored numbers, for a child of this sex."""
    return render(reason, gettext, sex=SEXES.get(sex, Sex.UNSAID))
