"""What the audit calls acts on concerns and legal holds. Pure."""

from aanchal.kernel.vocabulary import Verb


class CaseVerb(Verb):
    """What happened to concerns and legal holds, as noun.past."""

    COLLEAGUES_SEARCHED = "colleagues.searched"
    CONCERN_RAISED = "concern.raised"
    CONCERN_CORRECTED = "concern.corrected"
    CONCERN_CORRECTION_READ = "concern.correction_read"
    CONCERN_OPENED = "concern.opened"
    CONCERN_TAKEN_UP = "concern.taken_up"
    CONCERN_CALL_RECORDED = "concern.call_recorded"
    CONCERN_NOTE_ADDED = "concern.note_added"
    CONCERN_HANDED_OVER = "concern.handed_over"
    CONCERN_RELEASED = "concern.released"
    CONCERN_REOPENED = "concern.reopened"
    CONCERN_IMPLICATED_NAMED = "concern.implicated_named"
    CONCERN_MISTAKE_ASKED = "concern.mistake_asked"
    CONCERN_MISTAKE_AGREED = "concern.mistake_agreed"
    CONCERN_MISTAKE_REFUSED = "concern.mistake_refused"
    CONCERN_MISTAKE_LAPSED = "concern.mistake_lapsed"
    CONCERN_MOVED = "concern.moved"
    CONCERN_TEAM_LEFT = "concern.team_left"
    CONCERN_KIND_NAMED = "concern.kind_named"
    CONCERN_CLOSED = "concern.closed"
    CONCERN_TEAM_NAMED = "concern.team_named"
    HOLD_PLACED = "hold.placed"
    HOLD_LIFT_ASKED = "hold.lift_asked"
    HOLD_LIFT_TAKEN_BACK = "hold.lift_taken_back"
    HOLD_LIFTED = "hold.lifted"
    HOLD_KEPT = "hold.kept"
