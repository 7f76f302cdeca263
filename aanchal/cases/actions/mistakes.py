"""That somebody was named by mistake as having a part in a concern: one asks, a second person answers.

Until the answer, and without one, she stays shut out and nothing that she sees is another. She is never
asked, and reads nothing of it afterwards.
"""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, require
from aanchal.kernel.errors import Invalid, SecondPerson, WrongState
from aanchal.kernel.ids import new_random_id
from aanchal.kernel.waiting import something_waits

from ..mistakes import AskedMistake, asked_mistake, may_answer_mistake, namers_of
from ..models import Concern
from ..permissions import CasePermission
from ..verbs import CaseVerb
from .raising import lock_concern
from .story import remember, tidy_words

Stage = Concern.Stage


@use_case
def ask_mistake(actor: Actor, *, concern: Concern, who: str, words: str, at: datetime) -> Concern:
    """Say that somebody was named by mistake; she stays shut out until a second person agrees.

    Args:
        who: user id of the one who was named.
        words: why it was a mistake.

    Raises:
        NotAllowed: the actor may not work on this concern.
        Invalid: not one of those named, or no words.
        WrongState: it is closed, something is asked already, or nobody of its team could answer.
    """
    concern = lock_concern(concern)
    require(actor, CasePermission.CONCERN_TAKE_UP, concern)
    if concern.stage == Stage.CLOSED:
        raise WrongState(_("This concern is closed. Reopen it to write in it."))
    if who not in concern.implicated:
        raise Invalid(_("Choose who was named by mistake."), field="who")
    words = tidy_words(words, field="words")
    asked = asked_mistake(concern)
    if asked is not None and not asked.has_lapsed(at=at):
        raise WrongState(_("This is asked already of another person. It waits for the answer."))
    if asked is not None:
        _lapse(actor, concern, asked, at=at)
    # Who asks stands first; a name given twice is kept once.
    not_by = list(dict.fromkeys([actor.user_id, *namers_of(concern, who)]))
    if not may_answer_mistake(concern, frozenset(not_by), at=at):
        raise WrongState(
            _("Nobody else could answer this. Hand it over to another colleague first.")
        )
    key = str(new_random_id())
    concern.mistake = {"who": who, "at": at.isoformat(), "not_by": not_by, "key": key}
    remember(concern, "mistake_asked", by=actor.user_id, words=words, at=at, to=who)
    concern.save_facts("mistake", "history")
    something_waits()
    record(actor, CaseVerb.CONCERN_MISTAKE_ASKED, concern, scope=concern.scope())
    return concern


@use_case
def agree_mistake(
    actor: Actor, *, concern: Concern, asked: str, words: str, at: datetime
) -> Concern:
    """Agree as a second person: she is shut out no more, and of its team again if she was.

    The concern stays sealed. Whoever shut her out alone may close it again.

    Args:
        asked: key of the asking that she read.

    Raises:
        NotAllowed: the actor may not work on this concern.
        SecondPerson: she asked it herself, or named the person.
        Invalid: no words.
        WrongState: nothing is asked, it has lapsed, or something else is asked now.
    """
    concern, held = _asked_of(actor, concern, asked, at=at)
    words = tidy_words(words, field="words")
    was_of_team = any(
        entry["what"] == "shut_out" and entry["to"] == held.who for entry in concern.history
    )
    concern.implicated = [key for key in concern.implicated if key != held.who]
    concern.namings = [entry for entry in concern.namings if entry["who"] != held.who]
    if was_of_team:
        concern.team, concern.alone_since = sorted({*concern.team, held.who}), None
    _end(concern, held, "mistake_agreed", by=actor.user_id, words=words, at=at)
    concern.save_facts("implicated", "namings", "team", "alone_since", "mistake", "history")
    record(actor, CaseVerb.CONCERN_MISTAKE_AGREED, concern, scope=concern.scope())
    return concern


@use_case
def refuse_mistake(
    actor: Actor, *, concern: Concern, asked: str, words: str, at: datetime
) -> Concern:
    """Say as a second person that it was no mistake: she stays shut out.

    Args:
        asked: key of the asking that she read.

    Raises:
        NotAllowed, SecondPerson, Invalid, WrongState: as for `agree_mistake`.
    """
    concern, held = _asked_of(actor, concern, asked, at=at)
    _end(
        concern,
        held,
        "mistake_refused",
        by=actor.user_id,
        words=tidy_words(words, field="words"),
        at=at,
    )
    concern.save_facts("mistake", "history")
    record(actor, CaseVerb.CONCERN_MISTAKE_REFUSED, concern, scope=concern.scope())
    return concern


@use_case
def lapse_mistake(actor: Actor, *, concern: Concern, at: datetime) -> bool:
    """End what nobody answered in a week: she stays shut out. Run twice, the second finds nothing.

    Returns:
        Whether there was any.
    """
    concern = lock_concern(concern)
    require(actor, CasePermission.CONCERN_NAME_TEAM, concern.area)
    asked = asked_mistake(concern)
    if asked is None or not asked.has_lapsed(at=at):
        return False
    _lapse(actor, concern, asked, at=at)
    concern.save_facts("mistake", "history")
    return True


def end_asking(actor: Actor, concern: Concern, *, of: str = "", at: datetime) -> None:
    """End what is asked of a held concern, unanswered: it is closed, or she is named once more.

    Whoever calls saves `mistake` and `history`.

    Args:
        of: only when it is asked of this person.
    """
    asked = asked_mistake(concern)
    if asked is not None and of in ("", asked.who):
        _lapse(actor, concern, asked, at=at)


def _asked_of(
    actor: Actor, concern: Concern, asked: str, *, at: datetime
) -> tuple[Concern, AskedMistake]:
    concern = lock_concern(concern)
    require(actor, CasePermission.CONCERN_TAKE_UP, concern)
    held = asked_mistake(concern)
    if held is None or held.has_lapsed(at=at) or concern.stage == Stage.CLOSED:
        raise WrongState
    if held.key != asked:
        raise WrongState(
            _("What is asked has changed since you opened this page: read it before you answer.")
        )
    if actor.user_id in held.not_by:
        raise SecondPerson(
            _("Another person must answer this: you asked it or named her yourself.")
        )
    return concern, held


def _lapse(actor: Actor, concern: Concern, asked: AskedMistake, *, at: datetime) -> None:
    _end(concern, asked, "mistake_lapsed", by="", words="", at=at)
    record(actor, CaseVerb.CONCERN_MISTAKE_LAPSED, concern, scope=concern.area.scope())


def _end(
    concern: Concern, asked: AskedMistake, what: str, *, by: str, words: str, at: datetime
) -> None:
    concern.mistake = None
    remember(concern, what, by=by, words=words, at=at, to=asked.who)
