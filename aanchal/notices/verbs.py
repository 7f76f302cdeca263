"""What the audit calls acts on notices that were sent. Pure."""

from aanchal.kernel.vocabulary import Verb


class NoticeVerb(Verb):
    """What happened to notices that were sent, as noun.past."""

    NOTICES_PASSED_ON = "notices.passed_on"
    NOTICE_OPENED = "notice.opened"
    CONTACT_CHANGED = "contact.changed"
    CONTACT_CONFIRMED = "contact.confirmed"
