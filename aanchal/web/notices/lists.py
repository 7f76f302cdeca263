"""What each line of the list of things waiting is called, and where it leads."""

from typing import Any

from django.utils.translation import gettext_lazy

TITLES: dict[str, Any] = {
    "concern.new": gettext_lazy("A concern that nobody has taken up"),
    "concern.taken_up": gettext_lazy("A concern in your hands"),
    "concern.handed_over": gettext_lazy("A concern that is handed over to you"),
    "concern_correction.unread": gettext_lazy("What a visit found was put right: read it"),
    "concern_mistake.asked": gettext_lazy("Was somebody named by mistake? A second word is asked"),
    "concern_move.waiting": gettext_lazy("A concern of a child who moved here: take it up"),
    "concern_move.kept": gettext_lazy("A concern in your hands: the family moved, hand it over"),
    "flag.open": gettext_lazy("A question with nobody yet"),
    "flag.visited": gettext_lazy("Visited: write how it ended"),
    "visit.assigned": gettext_lazy("A visit in your hands"),
    "put_right.unread": gettext_lazy("What an earlier visit found was put right"),
    "visit_along.sent": gettext_lazy("A visit on which you go along"),
    "late_finding.unread": gettext_lazy(
        "Words that came after the visit was taken back: read them"
    ),
    "register_file.shown": gettext_lazy("A register waits for a yes"),
    "withdrawal.waiting": gettext_lazy("Marks were corrected: is the question withdrawn?"),
    "correction.waiting": gettext_lazy("A correction that takes absences away"),
    "class_move.waiting": gettext_lazy("A child who would be moved to another class"),
    "family_move.waiting": gettext_lazy("Does a family live in a village of yours?"),
    "kinship.waiting": gettext_lazy("Is a colleague of a child's family? A second yes is asked"),
    "kinship.leaving": gettext_lazy("Is a colleague not of a child's family after all?"),
    "unconfirmed_kinship.unread": gettext_lazy("What you said of a family was not confirmed"),
    "missing_pupil.waiting": gettext_lazy("A pupil missing from the class register"),
    "class_register.silent": gettext_lazy("A class that sends no register"),
    "grant.waiting": gettext_lazy("A role waits for a second person"),
    "invitation.waiting": gettext_lazy("An invitation waits for a second person"),
    "credential_reset.asked": gettext_lazy("New credentials wait for a second person"),
    "legal_hold.leaving": gettext_lazy("A legal hold: may it be lifted?"),
}


# In somebody else's hands, and past its time there.
TITLES_PASSED_ON: dict[str, Any] = {
    "concern.taken_up": gettext_lazy("A concern that has not moved for days"),
    "concern.handed_over": gettext_lazy("A concern handed over, and not taken up"),
    "visit.assigned": gettext_lazy("A visit past its day"),
    "register_file.shown": gettext_lazy("A register that nobody said yes to"),
}


# Kind → the name of its page, and whether that takes the record's key.
PAGES: dict[str, tuple[str, bool]] = {
    "concern.new": ("concern", True),
    "concern.taken_up": ("concern", True),
    "concern.handed_over": ("concern", True),
    "concern_correction.unread": ("concern", True),
    "concern_mistake.asked": ("concern_mistake", True),
    "concern_move.waiting": ("concern", True),
    "concern_move.kept": ("concern", True),
    "flag.open": ("flag", True),
    "flag.visited": ("flag", True),
    "visit.assigned": ("visit", True),
    "put_right.unread": ("flag", True),
    "visit_along.sent": ("my_visits", False),
    "late_finding.unread": ("flag", True),
    "register_file.shown": ("register_file", True),
    "register_file.taken": ("register_repair", True),
    "withdrawal.waiting": ("corrections", False),
    "correction.waiting": ("corrections", False),
    "class_move.waiting": ("class_moves", False),
    "family_move.waiting": ("family_moves", False),
    "kinship.waiting": ("kinships", False),
    "kinship.leaving": ("kinships", False),
    "unconfirmed_kinship.unread": ("unconfirmed_kinships", False),
    "missing_pupil.waiting": ("missing_pupils", False),
    "class_register.silent": ("class", True),
    "grant.waiting": ("approvals", False),
    "invitation.waiting": ("approvals", False),
    "credential_reset.asked": ("approvals", False),
    "legal_hold.leaving": ("retention", False),
}


# Kind → the list where all of it stands, for when there is more than this page shows.
LISTS: dict[str, tuple[Any, str, str]] = {
    "concern.new": (gettext_lazy("Concerns"), "concerns", ""),
    "concern.taken_up": (gettext_lazy("Concerns"), "concerns", ""),
    "concern.handed_over": (gettext_lazy("Concerns"), "concerns", "?stage=handed_over"),
    "concern_correction.unread": (gettext_lazy("Concerns"), "concerns", "?stage=taken_up"),
    "concern_mistake.asked": (gettext_lazy("Concerns"), "concerns", "?stage=taken_up"),
    "concern_move.waiting": (gettext_lazy("Concerns"), "concerns", ""),
    "concern_move.kept": (gettext_lazy("Concerns"), "concerns", ""),
    "flag.open": (gettext_lazy("Questions with nobody yet"), "flags", "?show=waiting"),
    "flag.visited": (gettext_lazy("Visited: write how they ended"), "flags", "?show=visited"),
    "visit.assigned": (gettext_lazy("Visits past their day"), "flags", "?show=overdue"),
    "put_right.unread": (gettext_lazy("Questions"), "flags", ""),
    "visit_along.sent": (gettext_lazy("My visits"), "my_visits", ""),
    "late_finding.unread": (gettext_lazy("Questions"), "flags", ""),
    "register_file.shown": (gettext_lazy("Registers"), "register_files", ""),
    "register_file.taken": (gettext_lazy("Registers"), "register_files", ""),
    "withdrawal.waiting": (gettext_lazy("Corrections"), "corrections", ""),
    "correction.waiting": (gettext_lazy("Corrections"), "corrections", ""),
    "class_move.waiting": (gettext_lazy("Moves between classes"), "class_moves", ""),
    "family_move.waiting": (gettext_lazy("Families that moved"), "family_moves", ""),
    "kinship.waiting": (gettext_lazy("Colleagues of a child's family"), "kinships", ""),
    "kinship.leaving": (gettext_lazy("Colleagues of a child's family"), "kinships", ""),
    "unconfirmed_kinship.unread": (
        gettext_lazy("What you said of a family"),
        "unconfirmed_kinships",
        "",
    ),
    "missing_pupil.waiting": (gettext_lazy("Missing from their register"), "missing_pupils", ""),
    "class_register.silent": (gettext_lazy("Silent classes"), "classes", "?show=silent"),
    "grant.waiting": (gettext_lazy("What waits for a second person"), "approvals", ""),
    "invitation.waiting": (gettext_lazy("What waits for a second person"), "approvals", ""),
    "credential_reset.asked": (gettext_lazy("What waits for a second person"), "approvals", ""),
    "legal_hold.leaving": (gettext_lazy("What is erased when"), "retention", ""),
}
