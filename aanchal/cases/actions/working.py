"""Working on a concern: taken up, called about, noted, handed over, closed and reopened."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from aanchal.access.models import User
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, require
from aanchal.kernel.errors import Invalid, WrongState
from aanchal.kernel.stages import advance, move
from aanchal.kernel.statistics import Counted, count
from aanchal.kernel.vocabulary import Verb
from aanchal.lib.stages import FOLLOWS

from ..closing import closing_reasons
from ..hands import may_be_taken_up, works_where_she_lives
from ..models import Concern
from ..permissions import CasePermission
from ..queries import may_be_opened, people_to_hand_over_to
from ..rules.closing import missing_to_close
from ..rules.due import due_after
from ..verbs import CaseVerb
from .mistakes import end_asking
from .moving import PLACE_FACTS, bring_to
from .raising import counted, lock_concern, note_alone, note_left_alone, wait_anew
from .story import remember, tidy_words

Stage = Concern.Stage


@use_case
def open_concern(actor: Actor, *, concern: Concern, at: datetime) -> Concern:
    """Open a concern's full page, which leaves a trace.

    Raises:
        NotAllowed: excluded, not of the team of a sealed one, or not in the actor's area.
    """
    require(actor, CasePermission.CONCERN_VIEW, concern)
    record(actor, CaseVerb.CONCERN_OPENED, concern, scope=concern.scope())
    return concern


@use_case
def take_up_concern(actor: Actor, *, concern: Concern, at: datetime) -> Concern:
    """Take a concern into one's own hands; from now on it has a name beside it.

    One that was handed over may be taken up by her to whom it was offered, and by anyone else who
    may: a child does not wait for one colleague. So may one whose holder is shut out of it since or
    works there no more, and one in which nothing was written in the time for it. One whose child lives
    elsewhere since is taken up by those who work there, and belongs to that place alone from then on.

    Raises:
        NotAllowed: the actor may not take up concerns here.
        WrongState: it is in somebody's hands, or closed.
    """
    concern = lock_concern(concern)
    require(actor, CasePermission.CONCERN_TAKE_UP, concern)
    if not may_be_taken_up(concern, at=at, by=actor):
        raise WrongState(_("Somebody has already taken up this concern."))
    before = concern.taken_up_by if concern.stage == Stage.TAKEN_UP else ""
    if before and before != actor.user_id:
        remember(concern, "taken_over", by=actor.user_id, at=at, to=before)
    concern.taken_up_by, concern.taken_up_at, concern.handed_to = actor.user_id, at, None
    _arrive(actor, concern)
    saving = ("taken_up_by", "taken_up_at", "handed_to", "history", "left_area_id", "left_at")
    _move(actor, concern, Stage.TAKEN_UP, saving=saving, verb=CaseVerb.CONCERN_TAKEN_UP, at=at)
    return concern


@use_case
def record_call(
    actor: Actor, *, concern: Concern, number: str, answered: bool, at: datetime
) -> Concern:
    """Note that a helpline or the police was called about a concern, and whether they answered.

    Raises:
        NotAllowed: the actor may not take up concerns here.
        Invalid: a number that is none of the helplines and looks like no phone number.
    """
    concern = lock_concern(concern)
    require(actor, CasePermission.CONCERN_TAKE_UP, concern)
    digits = "".join(c for c in number if c.isdigit())
    if not 3 <= len(digits) <= 13:
        raise Invalid(_("Write the number that was called."), field="number")
    concern.calls = [
        *concern.calls,
        {"number": digits, "answered": answered, "at": at.isoformat(), "by": actor.user_id},
    ]
    _renew(concern, at=at)
    concern.save_facts("calls", "acted_at", "due_at")
    record(actor, CaseVerb.CONCERN_CALL_RECORDED, concern, scope=concern.scope())
    return concern


@use_case
def add_note(actor: Actor, *, concern: Concern, text: str, at: datetime) -> Concern:
    """Add a note to a concern; notes are never changed, a later one corrects an earlier.

    Raises:
        NotAllowed: the actor may not work on concerns here.
        Invalid: no words, or too many.
        WrongState: it is closed.
    """
    concern = lock_concern(concern)
    require(actor, CasePermission.CONCERN_TAKE_UP, concern)
    if concern.stage == Stage.CLOSED:
        raise WrongState(_("This concern is closed. Reopen it to write in it."))
    text = tidy_words(text, field="text")
    concern.notes = [*concern.notes, {"text": text, "at": at.isoformat(), "by": actor.user_id}]
    _renew(concern, at=at)
    concern.save_facts("notes", "acted_at", "due_at")
    record(actor, CaseVerb.CONCERN_NOTE_ADDED, concern, scope=concern.scope())
    return concern


@use_case
def hand_over_concern(
    actor: Actor, *, concern: Concern, to: User, words: str, at: datetime
) -> Concern:
    """Offer a concern to another case worker of the place, with a word on what is to be done.

    It stays in the giver's name until the other, or anyone else who may, takes it up. Of a sealed
    one she becomes a member of the team.

    Raises:
        NotAllowed: the actor may not work on concerns here.
        Invalid: not one who may take it up, or no words.
        WrongState: it is not in the actor's hands.
    """
    concern = lock_concern(concern)
    require(actor, CasePermission.CONCERN_TAKE_UP, concern)
    _require_in_hand(actor, concern)
    if to.pk not in {person.pk for person in people_to_hand_over_to(actor, concern, at=at)}:
        raise Invalid(_("Choose a case worker of this place."), field="to")
    words = tidy_words(words, field="words")
    concern.handed_to = to.pk
    if concern.is_sealed:
        concern.team, concern.alone_since = sorted({*concern.team, str(to.pk)}), None
    remember(concern, "handed_over", by=actor.user_id, at=at, words=words, to=str(to.pk))
    saving = ("handed_to", "team", "alone_since", "history")
    _move(actor, concern, Stage.HANDED_OVER, saving=saving, at=at)
    return concern


@use_case
def release_concern(actor: Actor, *, concern: Concern, words: str, at: datetime) -> Concern:
    """Give a concern back: it is nobody's again, and whoever may take it up is told anew.

    Raises:
        NotAllowed: the actor may not work on concerns here.
        Invalid: no words.
        WrongState: it is not in the actor's hands.
    """
    concern = lock_concern(concern)
    require(actor, CasePermission.CONCERN_TAKE_UP, concern)
    _require_in_hand(actor, concern)
    words = tidy_words(words, field="words")
    concern.taken_up_by, concern.taken_up_at = "", None
    remember(concern, "released", by=actor.user_id, at=at, words=words)
    saving = ("taken_up_by", "taken_up_at", "history")
    _move(actor, concern, Stage.NEW, saving=saving, verb=CaseVerb.CONCERN_RELEASED, at=at)
    return concern


@use_case
def close_concern(
    actor: Actor, *, concern: Concern, reason: str, words: str, at: datetime
) -> Concern:
    """Close a concern that needs nothing more here: with a reason, words, and something done.

    Args:
        reason: a key of `cases/data/closing.toml`.
        words: what was found, by whom, and since when.

    Raises:
        NotAllowed: the actor may not take up concerns here.
        Invalid: no reason or words; or nothing was done yet, where the reason asks for it.
        WrongState: it is not in the actor's hands, or it is closed; or the actor herself shut out a
            colleague who could work on it; or the family moved away from the actor's place.
    """
    concern = lock_concern(concern)
    require(actor, CasePermission.CONCERN_TAKE_UP, concern)
    _require_in_hand(actor, concern)
    if concern.left_area_id and not works_where_she_lives(actor, concern):
        raise WrongState(
            _(
                "The family lives elsewhere now. Hand it over to a case worker there: she looks at it "
                "before it is closed."
            )
        )
    if _shut_somebody_out(actor, concern):
        raise WrongState(
            _(
                "You shut out a colleague who could work on it. Hand it over: another case worker "
                "must look at it before it is closed."
            )
        )
    missing = missing_to_close(
        closing_reasons().get(reason), words=words, calls=concern.calls, notes=concern.notes
    )
    if "reason" in missing:
        raise Invalid(_("Choose why it is closed."), field="reason")
    if "words" in missing:
        raise Invalid(_("Write in a sentence what was found."), field="words")
    if missing:
        raise Invalid(
            _("Write down first what was done: a call that was answered, or a note."),
            field="reason",
        )
    remember(
        concern,
        "closed",
        by=actor.user_id,
        at=at,
        words=tidy_words(words, field="words"),
        reason=reason,
    )
    count([counted(Counted.CONCERN_CLOSED, concern)], at=at)
    end_asking(actor, concern, at=at)
    _arrive(actor, concern)
    saving = ("history", "mistake", "left_area", "left_at")
    _move(actor, concern, Stage.CLOSED, saving=saving, at=at)
    return concern


@use_case
def reopen_concern(actor: Actor, *, concern: Concern, words: str, at: datetime) -> Concern:
    """Open a closed concern again, in the hands of whoever reopens it.

    Raises:
        NotAllowed: the actor may not take up concerns here.
        Invalid: no words.
        WrongState: it is not closed.
    """
    concern = lock_concern(concern, with_child=True)
    require(actor, CasePermission.CONCERN_TAKE_UP, concern)
    if concern.stage != Stage.CLOSED:
        raise WrongState
    words = tidy_words(words, field="words")
    concern.taken_up_by, concern.taken_up_at = actor.user_id, at
    remember(concern, "reopened", by=actor.user_id, at=at, words=words)
    if concern.child is not None:
        # The family may have moved while it was closed.
        bring_to(concern, concern.child.area, at=at)
    saving = ("taken_up_by", "taken_up_at", "history", *PLACE_FACTS)
    _move(actor, concern, Stage.TAKEN_UP, saving=saving, at=at)
    return concern


@use_case
def name_implicated(actor: Actor, *, concern: Concern, person: User, at: datetime) -> Concern:
    """Say that somebody who works with us may have a part in it: she is shut out from now on.

    The concern becomes sealed when it was not; those who may see it now, without her, are its team.
    Whoever shuts out one who could work on it does not close it: another must.

    Raises:
        NotAllowed: the actor may not work on concerns here.
        WrongState: nobody would be left who may open it.
    """
    concern = lock_concern(concern)
    require(actor, CasePermission.CONCERN_TAKE_UP, concern)
    key = str(person.pk)
    if key == actor.user_id:
        raise WrongState(_("Hand it over to another case worker first, then she can name you."))
    team = concern.team
    if not concern.is_sealed:
        # Whoever has it, and is to hand it on to another place, stays of the team.
        hands = filter(None, (concern.taken_up_by, concern.handed_to))
        able = people_to_hand_over_to(actor, concern, at=at, or_where_it_was=True)
        team = [*(str(p.pk) for p in able), actor.user_id, *hands]
    if key in team:
        remember(concern, "shut_out", by=actor.user_id, at=at, to=key)
    elif key in concern.implicated:
        remember(concern, "named_again", by=actor.user_id, at=at, to=key)
    concern.team = sorted(set(team) - {key})
    concern.implicated = sorted({*concern.implicated, key})
    concern.namings = [*concern.namings, {"who": key, "by": actor.user_id}]
    # Named once more, it is no mistake.
    end_asking(actor, concern, of=key, at=at)
    concern.is_sealed = True
    if concern.taken_up_by == key or concern.handed_to == key:
        # It must not stay in the hands of the one who is shut out.
        concern.taken_up_by, concern.taken_up_at, concern.handed_to = actor.user_id, at, None
        _arrive(actor, concern)
        if concern.stage == Stage.HANDED_OVER:
            move(concern, Stage.TAKEN_UP, verb=FOLLOWS)
            wait_anew(concern, at=at)
    if not may_be_opened(concern, at=at):
        raise WrongState(_("Nobody else could open it then. Ask your coordinator for a colleague."))
    if key in team:
        note_alone(concern, actor.user_id, at=at)
    concern.save_facts(
        *("team", "implicated", "is_sealed", "alone_since", "stage", "history"),
        *("namings", "mistake", "left_area", "left_at"),
        *("taken_up_by", "taken_up_at", "handed_to", "due_at"),
    )
    record(actor, CaseVerb.CONCERN_IMPLICATED_NAMED, concern, scope=concern.scope())
    return concern


@use_case
def leave_team(actor: Actor, *, concern: Concern, at: datetime) -> Concern:
    """Leave the team of a sealed concern: from now on the actor does not see it.

    Raises:
        NotAllowed: the actor is not of the team.
        WrongState: it is in her own hands, or nobody would be left who may open it.
    """
    concern = lock_concern(concern)
    require(actor, CasePermission.CONCERN_TAKE_UP, concern)
    in_hand = concern.stage != Stage.CLOSED and actor.user_id in (
        concern.taken_up_by,
        concern.handed_to,
    )
    if not concern.is_sealed or in_hand:
        raise WrongState(_("Hand it over first; when it is taken up, you can leave the team."))
    scope = concern.scope()
    concern.team = [member for member in concern.team if member != actor.user_id]
    if not may_be_opened(concern, at=at):
        raise WrongState(_("Nobody else could open it then. Hand it over first."))
    note_left_alone(concern, at=at)
    concern.save_facts("team", "alone_since")
    record(actor, CaseVerb.CONCERN_TEAM_LEFT, concern, scope=scope)
    return concern


def _arrive(actor: Actor, concern: Concern) -> None:
    """In the hands of one who works where its child lives, it belongs to that place alone."""
    if concern.left_area_id and works_where_she_lives(actor, concern):
        concern.left_area, concern.left_at = None, None


def _shut_somebody_out(actor: Actor, concern: Concern) -> bool:
    """Whether the actor shut a colleague of this concern out, as implicated or as kin of its child.

    One of whom a second person agreed that she was named by mistake is shut out no more.
    """
    if any(
        e["what"] == "shut_out" and e["by"] == actor.user_id and e["to"] in concern.implicated
        for e in concern.history
    ):
        return True
    household = concern.child.household if concern.child is not None else None
    return household is not None and any(
        kinship.recorded_by == actor.user_id and str(kinship.user_id) != actor.user_id
        for kinship in household.kinships.all()
    )


def _require_in_hand(actor: Actor, concern: Concern) -> None:
    """Nobody ends or gives away what a colleague works on; it may be taken up once she does not."""
    if concern.stage != Stage.TAKEN_UP:
        raise WrongState
    if concern.taken_up_by != actor.user_id:
        raise WrongState(
            _(
                "It is in the hands of a colleague. Write a note, or take it up once its time is over."
            )
        )


def _move(
    actor: Actor,
    concern: Concern,
    to: Concern.Stage,
    *,
    saving: tuple[str, ...],
    at: datetime,
    verb: Verb | None = None,
) -> None:
    """Move a held concern to a stage and save it with these facts and the day of the next act."""
    concern.acted_at, concern.due_at = at, due_after(to.value, at=at)
    saving = (*saving, "acted_at", "due_at")
    scope, may_stay = concern.scope(), verb is not None
    advance(actor, concern, to, scope=scope, saving=saving, verb=verb, may_stay=may_stay)


def _renew(concern: Concern, *, at: datetime) -> None:
    """Work on what is in somebody's hands sets the day of the next act; on others it does not."""
    if concern.stage == Stage.TAKEN_UP:
        wait_anew(concern, at=at)
