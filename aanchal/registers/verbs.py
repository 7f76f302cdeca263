"""What the audit calls acts on registers. Pure."""

from aanchal.kernel.vocabulary import Verb


class RegisterVerb(Verb):
    """What happened to registers, as noun.past."""

    REGISTER_RECEIVED = "register.received"
    REGISTER_READ = "register.read"
    REGISTER_BEGUN = "register.begun"
    REGISTER_TAKEN = "register.taken"
    REGISTER_REFUSED = "register.refused"
    REGISTER_RECORDED = "register.recorded"
    REGISTER_CORRECTED = "register.corrected"
    PUPIL_MISSING = "pupil.missing"
    PUPIL_MISSING_SAID = "pupil.missing_said"
    PUPIL_MISSING_SETTLED = "pupil.missing_settled"
    PUPIL_MISSING_REOPENED = "pupil.missing_reopened"
    PUPIL_MISSING_TAKEN_BACK = "pupil.missing_taken_back"
    CORRECTION_ASKED = "correction.asked"
    CORRECTION_AGREED = "correction.agreed"
    CORRECTION_REFUSED = "correction.refused"
    CORRECTION_TAKEN_BACK = "correction.taken_back"
    CORRECTION_UNDONE = "correction.undone"
    CORRECTION_MADE = "correction.made"
