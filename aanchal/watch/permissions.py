"""Permissions over the watch, its flags and visits. Pure. None of them is a school's."""

from aanchal.kernel.vocabulary import Permission, Shows


class WatchPermission(Permission):
    """What may be done to the watch, its flags and visits, and the archive for analysis."""

    REGISTER_ARCHIVE = "register_archive", "write changed pages into the archive for analysis"
    ARCHIVE_OPEN = "archive_open", "read the archive to score it"
    ARCHIVE_HAND_OVER = "archive_hand_over", "give the archive to another machine"
    WATCH_RUN = "watch_run", "look through registers for absences"
    WATCH_VIEW = "watch_view", "see what the watch found, and what is overdue", Shows.NAMES
    WATCH_TUNE = "watch_tune", "say how many visits a block can make"
    FLAG_VIEW = "flag_view", "see flags", Shows.NAMES
    FLAG_WITHDRAW = "flag_withdraw", "withdraw a flag without a visit"
    VISIT_ASSIGN = "visit_assign", "put a visit into the hands of a volunteer", Shows.NAMES
    VISIT_RECORD = "visit_record", "write what a visit found"
    VISIT_HAND_BACK = "visit_hand_back", "see one's own visits, and hand one back"
    FINDING_CORRECT = "finding_correct", "put right what one found oneself"
    OUTCOME_RECORD = "outcome_record", "say how a flag ended", Shows.NAMES
