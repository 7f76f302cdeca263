"""Permissions over people who sign in, their roles and their phones. Pure."""

from aanchal.kernel.vocabulary import Permission


class AccessPermission(Permission):
    """What may be done to people who sign in, their roles and their phones."""

    PERSON_INVITE = "person_invite", "invite a person, and take the invitation back"
    PERSON_VIEW = "person_view", "see who is here, and with which roles"
    GRANT_GIVE = "grant_give", "give a role to a person who is here"
    GRANT_APPROVE = "grant_approve", "agree as a second person to any role"
    TEACHER_CONFIRM = "teacher_confirm", "agree as a second person to a teacher of one's school"
    VOLUNTEER_CONFIRM = "volunteer_confirm", "agree as a second person to a volunteer"
    GRANT_REVOKE = "grant_revoke", "take a role away, or stop an account"
    CREDENTIAL_RESET = "credential_reset", "ask for and agree to new credentials of a person"
    DEVICE_ENROL = "device_enrol", "enrol a volunteer's phone, or revoke it"
