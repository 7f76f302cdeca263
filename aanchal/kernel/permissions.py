"""Permissions over the site itself. Pure; see `vocabulary`."""

from .vocabulary import Permission


class KernelPermission(Permission):
    """What may be done to the site, whatever it holds."""

    AUDIT_VERIFY = "audit_verify", "walk the chains of the audit, and look after what waits in them"
    HEALTH_VIEW = "health_view", "see the health of the site and its jobs"
    KEYS_ROTATE = "keys_rotate", "begin a new key, and seal under it what was sealed before"
    BACKUP_MAKE = "backup_make", "make a backup, and note that one was restored"
    RETENTION_RUN = "retention_run", "erase or make anonymous what is due"
