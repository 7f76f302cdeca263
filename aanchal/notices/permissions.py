"""Permissions over notices. Pure."""

from aanchal.kernel.vocabulary import Permission


class NoticePermission(Permission):
    """What may be done to notices."""

    NOTICE_PASS_ON = "notice_pass_on", "tell the next when nobody acted in time"
