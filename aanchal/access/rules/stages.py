"""The states of a grant, an invitation and a credential reset. Pure.

They are not columns: each follows from the times that the row carries. `*_STATES` lists them for
docs/hand-overs.md.
"""

GRANT_STATES = ("waiting", "run_out", "coming", "in_force", "ended", "revoked")
INVITATION_STATES = ("waiting", "offered", "accepted", "withdrawn", "run_out")
CREDENTIAL_RESET_STATES = ("asked", "approved", "used", "refused", "run_out")
