"""The states of a grant, an invitation and a credential reset. Pure.

They are not columns: each follows from the times that the row carries. `*_STATES` lists them for
docs/hand-overs.md; the functions say which one a row is in.
"""

from datetime import datetime, timedelta

GRANT_STATES = ("waiting", "run_out", "coming", "in_force", "ended", "revoked")
INVITATION_STATES = ("waiting", "offered", "accepted", "withdrawn", "run_out")
CREDENTIAL_RESET_STATES = ("asked", "approved", "used", "refused", "run_out")


def grant_state(
    *,
    needs_approval: bool,
    given_at: datetime,
    approved_at: datetime | None,
    starts_at: datetime,
    ends_at: datetime | None,
    revoked_at: datetime | None,
    waits_for: timedelta,
    at: datetime,
) -> str:
    """The state of a grant at a moment, one of `GRANT_STATES`.

    Args:
        waits_for: how long it waits for its second person before it must be given again.
    """
    if revoked_at is not None:
        return "revoked"
    if ends_at is not None and ends_at <= at:
        return "ended"
    if needs_approval and approved_at is None:
        return "run_out" if given_at + waits_for <= at else "waiting"
    return "coming" if starts_at > at else "in_force"


def invitation_state(
    *,
    needs_approval: bool,
    approved_at: datetime | None,
    expires_at: datetime,
    accepted_at: datetime | None,
    withdrawn_at: datetime | None,
    at: datetime,
) -> str:
    """The state of an invitation at a moment, one of `INVITATION_STATES`."""
    if accepted_at is not None:
        return "accepted"
    if withdrawn_at is not None:
        return "withdrawn"
    if expires_at <= at:
        return "run_out"
    return "waiting" if needs_approval and approved_at is None else "offered"


def credential_reset_state(
    *,
    asked_at: datetime,
    approved_at: datetime | None,
    refused_at: datetime | None,
    used_at: datetime | None,
    expires_at: datetime | None,
    waits_for: timedelta,
    at: datetime,
) -> str:
    """The state of an asking for new credentials, one of `CREDENTIAL_RESET_STATES`.

    Args:
        waits_for: how long an asking waits for its second person before it must be asked again.
    """
    if refused_at is not None:
        return "refused"
    if used_at is not None:
        return "used"
    if approved_at is not None:
        return "run_out" if expires_at is not None and expires_at <= at else "approved"
    return "run_out" if asked_at + waits_for <= at else "asked"
