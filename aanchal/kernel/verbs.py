"""What the audit calls acts on the site itself. Pure."""

from .vocabulary import Verb


class KernelVerb(Verb):
    """What happened to the site itself, as noun.past."""

    IMPORT_PROBLEM_SETTLED = "import_problem.settled"
    IMPORT_PROBLEM_REOPENED = "import_problem.reopened"
    PAGE_SHOWN = "page.shown"
    # Chains that were written before call it so.
    IMPORT_PROBLEM_REPAIRED = "register.repaired"
    KEYS_ROTATED = "keys.rotated"
    BACKUP_MADE = "backup.made"
    BACKUP_RESTORED = "backup.restored"
    AUDIT_VERIFIED = "audit.verified"
    RECORDS_ERASED = "records.erased"
    ERASURES_REPEATED = "erasures.repeated"
