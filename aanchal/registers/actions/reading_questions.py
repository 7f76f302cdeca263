"""Answers to what a register's reading could not know."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, may, require
from aanchal.kernel.errors import Invalid, WrongState
from aanchal.kernel.stages import advance
from aanchal.places.models import Body

from ..models import FormReading, RegisterFile
from ..permissions import RegisterPermission
from ..verbs import RegisterVerb
from .registers import scope_of_file
from .taking import said_of


@use_case
def answer_questions(
    actor: Actor, *, register: RegisterFile, answers: Mapping[str, str], at: datetime
) -> RegisterFile:
    """Keep what a person answered of a file that was read; it is to be read again with it.

    An answer that is of the form and not of the month is kept for the school's next registers; one of
    a person who may not send those of the whole school for the next ones of her class.

    Args:
        answers: the choice made, by the key of its question.

    Raises:
        NotAllowed: the actor may not send registers of this school or class.
        WrongState: the file does not wait for an answer.
        Invalid: no answer is one of the choices that were offered.
    """
    register = (
        RegisterFile.objects.select_for_update(of=("self",))
        .select_related("school__area", "file")
        .get(pk=register.pk)
    )
    require(actor, RegisterPermission.REGISTER_IMPORT, scope_of_file(actor, register))
    if register.state != RegisterFile.State.SHOWN:
        raise WrongState
    given: dict[str, str] = {}
    lasting: dict[tuple[str, str, str], dict[str, str]] = {}
    for page in (register.understood or {}).get("pages", []):
        for question in page.get("questions", ()):
            choice = answers.get(question["key"], "")
            if choice not in question["choices"]:
                continue
            given[question["key"]] = choice
            if question["lasting"] and page["form"] and page["school_id"]:
                whose = (page["school_id"], page["form"], f"{page['grade']}/{page['section']}")
                of_form = lasting.setdefault(whose, {})
                of_form[question["key"]] = choice
    if not given:
        raise Invalid(_("Choose an answer to at least one question."))
    register.answers = {
        **register.answers,
        "questions": {**register.answers.get("questions", {}), **given},
    }
    for (school, form, class_name), choices in lasting.items():
        _remember(actor, school, form, class_name, choices, at=at)
    advance(
        actor,
        register,
        RegisterFile.State.RECEIVED,
        scope=scope_of_file(actor, register),
        saving=("answers",),
        fields=["answers"],
    )
    return register


@use_case
def say_of_left_out(
    actor: Actor, *, register: RegisterFile, said: Mapping[str, str], at: datetime
) -> RegisterFile:
    """Keep what the sender says of the pupils whom a shown file leaves out, until it is taken in.

    A large file is taken in by the worker, a day later after a crash: with these words, no others.

    Args:
        said: child's id → a code of `MissingPupil.Said`. What is no such code, or is of a pupil whom
            the file does not leave out, is not kept.

    Raises:
        NotAllowed: the actor may not send registers of this school or class.
        WrongState: the file does not wait for its sender's yes.
    """
    register = (
        RegisterFile.objects.select_for_update(of=("self",))
        .select_related("school__area")
        .get(pk=register.pk)
    )
    require(actor, RegisterPermission.REGISTER_IMPORT, scope_of_file(actor, register))
    if register.state != RegisterFile.State.SHOWN:
        raise WrongState
    register.said = said_of(register, said)
    register.save(update_fields=["said"])
    record(
        actor, RegisterVerb.REGISTER_RECEIVED, register, scope=scope_of_file(actor, register),
        fields=["said"],
    )  # fmt: skip
    return register


def _remember(
    actor: Actor,
    school_id: str,
    form: str,
    class_name: str,
    choices: dict[str, Any],
    *,
    at: datetime,
) -> None:
    school = Body.objects.select_related("area").get(pk=school_id)
    held = FormReading.objects.select_for_update().filter(school=school, form=form).first()
    reading = held or FormReading(school=school, form=form, district=school.area.district)
    answers = dict(reading.answers or {})
    classes = dict(answers.get(FormReading.OF_CLASSES, {}))
    if may(actor, RegisterPermission.REGISTER_IMPORT, school):
        answers |= choices
        # Of one class and of the whole school the later answer counts.
        classes = {
            name: {key: choice for key, choice in said.items() if key not in choices}
            for name, said in classes.items()
        }
    else:
        classes[class_name] = {**classes.get(class_name, {}), **choices}
    reading.answers = {**answers, FormReading.OF_CLASSES: classes}
    reading.answered_by, reading.answered_at = actor.user_id, at
    reading.save()
