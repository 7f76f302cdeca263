"""Addresses of access: coming in, one's own account, people and their roles, phones, readings."""

from django.urls import URLPattern

from aanchal.kernel.permissions import Permission
from aanchal.web.shell.routes import BOTH, Who, route

from .pages import (
    account,
    approvals,
    contact,
    giving,
    links,
    passkeys,
    people,
    readings,
    sign_in,
    volunteers,
)

P = Permission

urlpatterns: list[URLPattern] = [
    route("readings/", readings.reading_list, name="readings", who=P.READING_VIEW, methods=BOTH),
    route(
        "readings/numbers/",
        readings.reading_counts,
        name="reading_counts",
        who=P.READING_COUNT,
    ),
    route("sign-in/", sign_in.sign_in, name="sign_in", who=Who.ANYONE, methods=BOTH),
    route(
        "sign-in/code/", sign_in.second_factor, name="second_factor", who=Who.ANYONE, methods=BOTH
    ),
    route("sign-in/help/", sign_in.cannot_sign_in, name="cannot_sign_in", who=Who.ANYONE),
    route(
        "sign-out/",
        sign_in.sign_out,
        name="sign_out",
        who=Who.SIGNED_IN_WITHOUT_SECOND_FACTOR,
        methods=("POST",),
    ),
    route(
        "language/",
        sign_in.choose_language,
        name="set_language",
        who=Who.ANYONE,
        methods=("POST",),
    ),
    route(
        "invitation/<str:token>/",
        links.accept_invitation,
        name="accept_invitation",
        who=Who.ANYONE,
        methods=BOTH,
    ),
    route("welcome/", links.welcome, name="welcome", who=Who.ANYONE),
    route(
        "phone/<str:token>/", links.enrol_device, name="enrol_device", who=Who.ANYONE, methods=BOTH
    ),
    route(
        "reset/<str:token>/",
        links.reset_credential,
        name="reset_credential",
        who=Who.ANYONE,
        methods=BOTH,
    ),
    route("demo/<str:token>/", links.enter_demo, name="enter_demo", who=Who.ANYONE, methods=BOTH),
    route("account/", account.my_account, name="my_account", who=Who.SIGNED_IN),
    route(
        "account/contact/",
        contact.my_contact,
        name="my_contact",
        who=Who.SIGNED_IN,
        methods=BOTH,
    ),
    route(
        "account/passphrase/",
        account.change_passphrase,
        name="change_passphrase",
        who=Who.SIGNED_IN,
        methods=BOTH,
    ),
    route(
        "account/confirm/",
        account.confirm_self,
        name="confirm_self",
        who=Who.SIGNED_IN_WITHOUT_SECOND_FACTOR,
        methods=BOTH,
    ),
    route(
        "account/codes-app/",
        account.enrol_second_factor,
        name="enrol_second_factor",
        who=Who.SIGNED_IN_WITHOUT_SECOND_FACTOR,
        methods=BOTH,
    ),
    route(
        "account/recovery-codes/",
        account.recovery_codes,
        name="recovery_codes",
        who=Who.SIGNED_IN,
        methods=BOTH,
    ),
    route(
        "account/phones/<uuid:pk>/",
        account.drop_my_device,
        name="drop_my_device",
        who=Who.SIGNED_IN,
        methods=BOTH,
    ),
    route(
        "account/passkeys/",
        account.confirmed(passkeys.passkeys),
        name="passkeys",
        who=Who.SIGNED_IN,
        methods=BOTH,
    ),
    route(
        "account/passkeys/<int:key>/remove/",
        account.confirmed(passkeys.remove_passkey),
        name="remove_passkey",
        who=Who.SIGNED_IN,
        methods=BOTH,
    ),
    # A name that is looked for comes in the body of a form, never in the address.
    route("people/", people.people, name="people", who=P.PERSON_VIEW, methods=BOTH),
    route("people/<uuid:pk>/", people.person, name="person", who=P.PERSON_VIEW),
    route(
        "people/invite/",
        account.confirmed(giving.invite),
        name="invite_person",
        who=P.PERSON_INVITE,
        methods=BOTH,
    ),
    route("people/invitations/", giving.invitations, name="invitations", who=P.PERSON_INVITE),
    route(
        "people/invitations/<uuid:pk>/withdraw/",
        giving.withdraw_invitation,
        name="withdraw_invitation",
        who=P.PERSON_INVITE,
        methods=BOTH,
    ),
    route(
        "people/<uuid:pk>/give/",
        account.confirmed(giving.give_grant),
        name="give_grant",
        who=P.GRANT_GIVE,
        methods=BOTH,
    ),
    route(
        "people/grants/<uuid:pk>/revoke/",
        giving.revoke_grant,
        name="revoke_grant",
        who=P.GRANT_REVOKE,
        methods=BOTH,
    ),
    route(
        "people/<uuid:pk>/reset/",
        account.confirmed(people.ask_reset),
        name="ask_reset",
        who=P.CREDENTIAL_RESET,
        methods=BOTH,
    ),
    # Administrators, heads and coordinators agree, each to what is theirs: the queries ask.
    route("people/waiting/", approvals.approvals, name="approvals", who=Who.SIGNED_IN),
    route(
        "people/waiting/grants/<uuid:pk>/",
        account.confirmed(approvals.approve_grant),
        name="approve_grant",
        who=Who.SIGNED_IN,
        methods=BOTH,
    ),
    route(
        "people/waiting/invitations/<uuid:pk>/",
        account.confirmed(approvals.approve_invitation),
        name="approve_invitation",
        who=Who.SIGNED_IN,
        methods=BOTH,
    ),
    route(
        "people/waiting/grants/<uuid:pk>/refuse/",
        approvals.refuse_grant,
        name="refuse_grant",
        who=Who.SIGNED_IN,
        methods=BOTH,
    ),
    route(
        "people/waiting/invitations/<uuid:pk>/refuse/",
        approvals.refuse_invitation,
        name="refuse_invitation",
        who=Who.SIGNED_IN,
        methods=BOTH,
    ),
    route(
        "people/invitations/<uuid:pk>/renew/",
        account.confirmed(giving.renew_invitation),
        name="renew_invitation",
        who=Who.SIGNED_IN,
        methods=BOTH,
    ),
    route(
        "people/waiting/resets/<uuid:pk>/",
        account.confirmed(approvals.approve_reset),
        name="approve_reset",
        who=P.CREDENTIAL_RESET,
        methods=BOTH,
    ),
    route(
        "people/waiting/resets/<uuid:pk>/refuse/",
        approvals.refuse_reset,
        name="refuse_reset",
        # An administrator's page, and the page of the person herself: `refuse_credential_reset` asks.
        who=Who.SIGNED_IN,
        methods=BOTH,
    ),
    route(
        "people/<uuid:pk>/stop/",
        account.confirmed(people.stop_account),
        name="stop_account",
        who=P.GRANT_REVOKE,
        methods=BOTH,
    ),
    route(
        "volunteers/",
        volunteers.volunteers,
        name="volunteers",
        who=P.DEVICE_ENROL,
        methods=BOTH,
    ),
    route(
        "volunteers/<uuid:pk>/",
        account.confirmed(volunteers.volunteer),
        name="volunteer",
        who=P.DEVICE_ENROL,
        methods=BOTH,
    ),
    route(
        "volunteers/phones/<uuid:pk>/revoke/",
        volunteers.revoke_device,
        name="revoke_device",
        who=P.DEVICE_ENROL,
        methods=BOTH,
    ),
]
