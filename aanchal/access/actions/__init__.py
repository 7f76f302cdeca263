"""Writes of access: one function, one use case, one audit event."""

from .account import (
    add_passkey,
    add_second_factor,
    change_passphrase,
    make_recovery_codes,
    note_seen,
    remove_passkey,
    set_language,
)
from .devices import enrol_device, offer_device, revoke_device
from .founding import invite_administrators
from .grants import approve_grant, give_grant, revoke_grant
from .invitations import (
    accept_invitation,
    approve_invitation,
    invite_person,
    renew_invitation,
    withdraw_invitation,
)
from .resets import (
    approve_credential_reset,
    ask_credential_reset,
    choose_passphrase,
    drop_second_factor,
    refuse_credential_reset,
)
from .signing_in import enter_demo, note_failed_sign_in, note_sign_in, note_sign_out
from .stopping import stop_account
from .upkeep import forget_ended, lapse_waiting

__all__ = [
    "accept_invitation",
    "add_passkey",
    "add_second_factor",
    "approve_credential_reset",
    "approve_grant",
    "approve_invitation",
    "ask_credential_reset",
    "change_passphrase",
    "choose_passphrase",
    "drop_second_factor",
    "enrol_device",
    "enter_demo",
    "forget_ended",
    "give_grant",
    "invite_administrators",
    "invite_person",
    "lapse_waiting",
    "make_recovery_codes",
    "note_failed_sign_in",
    "note_seen",
    "note_sign_in",
    "note_sign_out",
    "offer_device",
    "refuse_credential_reset",
    "remove_passkey",
    "renew_invitation",
    "revoke_device",
    "revoke_grant",
    "set_language",
    "stop_account",
    "withdraw_invitation",
]
