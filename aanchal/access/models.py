"""People who sign in, what they are granted, and the phones they hold."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from aanchal.kernel.access import HasAccess, visible
from aanchal.kernel.authz import ROOT, Actor, Scope, district_of
from aanchal.kernel.fields import SealedJSONField, SealedTextField
from aanchal.kernel.ids import new_id
from aanchal.kernel.retention import Retention, Then, Whichever, days, hours, stays, years
from aanchal.kernel.vocabulary import Permission
from aanchal.places.models import Area, Body

from .roles import Role
from .rules.places import shared_path

# What a name to sign in with cannot begin with: the account is anonymous.
GONE = "gone:"


class PersonManager(BaseUserManager["User"]):
    """Finds a person by username; Django asks for it."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)


class User(HasAccess, AbstractBaseUser):
    """A person with an account. There is no superuser and no staff mark."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.CharField(max_length=60, unique=True)
    display_name = SealedTextField(default="")
    email = models.EmailField(blank=True, max_length=200)
    language = models.CharField(max_length=5, default="en")
    is_active = models.BooleanField(default=True)
    made_at = models.DateTimeField(auto_now_add=True)
    sign_in_round = models.PositiveIntegerField(
        default=0, help_text="Raised to end every session of this person at once."
    )

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = PersonManager()

    class Meta:
        constraints = [
            # Names are compared in small letters; two that differ by size alone would be one.
            models.CheckConstraint(
                condition=Q(username=Lower("username")), name="username_in_small_letters"
            )
        ]

    class Privacy:
        retention = Retention(
            keep=years(2),
            since=("made_at", "last_login", "grants__ends_at", "grants__revoked_at"),
            after="the person's last role here ended",
            then=Then.ANONYMISE,
            because="a bare key, which the audit keeps",
            only=~Q(username__startswith=GONE),
        )
        OPEN = ("id", "language", "is_active", "made_at", "sign_in_round")
        PERSONAL = ("username", "email", "last_login")
        SENSITIVE = ("display_name",)
        SECRET = ("password",)

    def __str__(self) -> str:
        return self.username

    # Asked by parts of Django and allauth that know of an admin; we have none.
    is_staff = False
    is_superuser = False

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False

    def get_full_name(self) -> str:
        return self.display_name or self.username

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        # Every session holds this value: a new passphrase or a new round ends them all.
        said = f"{self.password}|{self.sign_in_round}"
        return salted_hmac("aanchal.sign-in", said, secret=secret, algorithm="sha256").hexdigest()

    class Access:
        """Acted on where all that she is granted lies, and seen where a part of it does already.

        Nobody's account is changed by who looks after a part of her work only, and the smallest
        area that holds all of her grants is no column.
        """

        @staticmethod
        def stands(person: "User") -> Scope:
            """At the smallest area that holds all she is granted; else at the root."""
            held = list(person.grants.all())
            standing = [g.area_path for g in held if g.revoked_at is None]
            path = shared_path(standing or [g.area_path for g in held]) or ROOT
            return Scope(area_path=path, district=district_of(path))

        @staticmethod
        def reached(actor: Actor, permission: Permission, at: str) -> Q:
            """Where she holds or held anything."""
            return Q(**{f"{at}pk__in": visible(Grant, actor, permission).values("user")})


class Grant(HasAccess, models.Model):
    """A role held by a person over an area or a body, from a day to a day."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=20, choices=[(r.value, r.value) for r in Role])
    area = models.ForeignKey(Area, null=True, blank=True, on_delete=models.PROTECT)
    body = models.ForeignKey(Body, null=True, blank=True, on_delete=models.PROTECT)
    area_path = models.CharField(
        max_length=200, help_text="Path of the area, or of the body's area; for finding."
    )
    grade = models.CharField(max_length=6, blank=True)
    section = models.CharField(max_length=10, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    given_by = models.CharField(max_length=64)
    given_at = models.DateTimeField()
    needs_approval = models.BooleanField(default=False)
    approved_by = models.CharField(max_length=64, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=64, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Privacy:
        retention = Retention(
            keep=years(8),
            since=("ends_at", "revoked_at"),
            whichever=Whichever.EARLIEST,
            after="its end",
        )
        OPEN = ("id", "role", "area", "body", "area_path", "grade", "section", "starts_at")
        OPEN += ("ends_at", "needs_approval")
        PERSONAL = ("user", "given_by", "given_at", "approved_by", "approved_at", "revoked_by")
        PERSONAL += ("revoked_at",)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(area__isnull=False, body__isnull=True)
                | Q(area__isnull=True, body__isnull=False),
                name="grant_over_area_or_body",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | ~Q(revoked_by=""),
                name="grant_revoked_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True) | ~Q(approved_by=models.F("given_by")),
                name="grant_approved_by_another",
            ),
        ]
        indexes = [models.Index(fields=["user", "revoked_at"], name="grant_of_person")]

    class Access:
        area = "area_path"
        body = "body_id"


class Invitation(HasAccess, models.Model):
    """A link by which one new person comes in with one first grant. Stored as a keyed hash.

    It has no link until a second person agreed. The link is shown to that second person, a short
    code to the one who invited: whoever comes in needs both.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    token_hash = models.CharField(max_length=64, blank=True)
    code_hash = models.CharField(max_length=64, blank=True)
    for_name = SealedTextField(default="")
    role = models.CharField(max_length=20)
    area = models.ForeignKey(Area, null=True, blank=True, on_delete=models.PROTECT)
    body = models.ForeignKey(Body, null=True, blank=True, on_delete=models.PROTECT)
    area_path = models.CharField(max_length=200)
    grade = models.CharField(max_length=6, blank=True)
    section = models.CharField(max_length=10, blank=True)
    language = models.CharField(max_length=5, default="en")
    invited_by = models.CharField(max_length=64)
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    needs_approval = models.BooleanField(default=False)
    approved_by = models.CharField(max_length=64, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT)
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=64, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Privacy:
        retention = Retention(
            keep=days(90),
            since=("accepted_at", "withdrawn_at", "expires_at"),
            whichever=Whichever.EARLIEST,
            after="it ended",
        )
        OPEN = ("id", "role", "area", "body", "area_path", "grade", "section", "language")
        OPEN += ("expires_at", "needs_approval", "withdrawn_at")
        PERSONAL = ("invited_by", "invited_at", "approved_by", "approved_at", "accepted_by")
        PERSONAL += ("accepted_at", "withdrawn_by")
        SENSITIVE = ("for_name",)
        SECRET = ("token_hash", "code_hash")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["token_hash"], condition=~Q(token_hash=""), name="invitation_by_token"
            ),
            models.CheckConstraint(
                condition=Q(area__isnull=False, body__isnull=True)
                | Q(area__isnull=True, body__isnull=False),
                name="invitation_over_area_or_body",
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True) | ~Q(approved_by=models.F("invited_by")),
                name="invitation_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(needs_approval=False) | Q(approved_at__isnull=False) | Q(token_hash=""),
                name="invitation_link_after_approval",
            ),
        ]

    class Access:
        area = "area_path"
        body = "body_id"


class Device(HasAccess, models.Model):
    """A phone that was enrolled for one person, known by a token kept as a keyed hash."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="devices")
    name = models.CharField(max_length=60)
    enrol_token_hash = models.CharField(max_length=64, blank=True)
    enrol_expires_at = models.DateTimeField(null=True, blank=True)
    token_hash = models.CharField(max_length=64, blank=True)
    enrolled_by = models.CharField(max_length=64)
    enrolled_at = models.DateTimeField(null=True, blank=True)
    last_seen_on = models.DateField(null=True, blank=True)
    revoked_by = models.CharField(max_length=64, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Privacy:
        retention = Retention(keep=years(1), since=("revoked_at",), after="it was revoked")
        OPEN = ("id", "enrol_expires_at", "enrolled_at")
        PERSONAL = ("user", "name", "enrolled_by", "last_seen_on", "revoked_by", "revoked_at")
        SECRET = ("enrol_token_hash", "token_hash")

    class Meta:
        indexes = [
            models.Index(fields=["token_hash"], name="device_by_token"),
            models.Index(fields=["enrol_token_hash"], name="device_by_enrolment"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(enrolled_at__isnull=True) | ~Q(token_hash=""),
                name="device_enrolled_with_token",
            )
        ]

    class Access:
        part_of = "user"


class CredentialReset(HasAccess, models.Model):
    """One person asks, another agrees, that somebody's passphrase or second factor is made anew.

    The one who asks is shown a code, the one who agrees a link: the person needs both.
    """

    class Kind(models.TextChoices):
        PASSPHRASE = "passphrase"
        SECOND_FACTOR = "second_factor"
        OPENING = "opening"  # of an account that was stopped, with a new passphrase

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="resets")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    approved_by = models.CharField(max_length=64, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    refused_by = models.CharField(max_length=64, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    token_hash = models.CharField(max_length=64, blank=True)
    code_hash = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Privacy:
        retention = Retention(keep=years(2), since=("asked_at",), after="it was asked for")
        OPEN = ("id", "kind", "expires_at")
        PERSONAL = ("user", "asked_by", "asked_at", "approved_by", "approved_at", "used_at")
        PERSONAL += ("refused_by", "refused_at")
        SECRET = ("token_hash", "code_hash")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True) | ~Q(approved_by=models.F("asked_by")),
                name="reset_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=False) | Q(token_hash=""),
                name="reset_link_after_approval",
            ),
            models.CheckConstraint(
                condition=Q(refused_at__isnull=True) | Q(token_hash=""),
                name="reset_refused_has_no_link",
            ),
        ]
        indexes = [models.Index(fields=["token_hash"], name="reset_by_token")]

    class Access:
        part_of = "user"


class Notice(models.Model):
    """Something about her own account or work that a person is told at her next sign-in; it names nobody."""

    class Kind(models.TextChoices):
        RESET_ASKED = "reset_asked"
        RESET_APPROVED = "reset_approved"
        RESET_REFUSED = "reset_refused"
        ACCOUNT_STOPPED = "account_stopped"
        ACCOUNT_OPENED = "account_opened"
        PASSPHRASE_CHANGED = "passphrase_changed"
        SECOND_FACTOR_REMOVED = "second_factor_removed"
        SECOND_FACTOR_ADDED = "second_factor_added"
        PASSKEY_ADDED = "passkey_added"
        PASSKEY_REMOVED = "passkey_removed"
        DEVICE_OFFERED = "device_offered"
        DEVICE_ENROLLED = "device_enrolled"
        DEVICE_REVOKED = "device_revoked"
        GRANT_GIVEN = "grant_given"
        GRANT_REVOKED = "grant_revoked"
        AGREEMENT_ASKED = "agreement_asked"
        GRANT_AGREED = "grant_agreed"
        GRANT_REFUSED = "grant_refused"
        GRANT_LAPSED = "grant_lapsed"
        INVITATION_AGREED = "invitation_agreed"
        INVITATION_REFUSED = "invitation_refused"
        INVITATION_ACCEPTED = "invitation_accepted"
        INVITATION_LAPSED = "invitation_lapsed"
        VISIT_TAKEN_BACK = "visit_taken_back"
        FAMILY_MOVE_ANSWERED = "family_move_answered"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=24, choices=Kind.choices)
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)

    class Privacy:
        retention = Retention(keep=years(1), since=("seen_at",), after="it was seen")
        OPEN = ("id",)
        PERSONAL = ("user", "kind", "at", "seen_at")

    class Meta:
        indexes = [models.Index(fields=["user", "seen_at"], name="notice_of_person")]


class Session(models.Model):
    """One browser's session. The key is a keyed hash and the data sealed: a copy lets nobody in."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key_hash = models.CharField(max_length=64, unique=True)
    data = SealedJSONField(default=dict)
    expires_at = models.DateTimeField(db_index=True)

    class Privacy:
        retention = Retention(
            keep=hours(0), since=("expires_at",), after="it expires", because="twelve hours at most"
        )
        OPEN = ("id", "expires_at")
        SECRET = ("key_hash", "data")


class WrongTries(models.Model):
    """How often somebody tried wrongly to sign in, by a keyed hash of who and from which browser."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key_hash = models.CharField(max_length=64, unique=True)
    tries = models.PositiveSmallIntegerField(default=0)
    last_at = models.DateTimeField(db_index=True)

    class Privacy:
        retention = Retention(
            keep=hours(1),
            since=("last_at",),
            after="the last wrong try",
            because="or until she has come in",
        )
        OPEN = ("id", "tries", "last_at")
        SECRET = ("key_hash",)


class KeptForm(models.Model):
    """A form that came when nobody was signed in any more, kept for the one whose page it was."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    browser_hash = models.CharField(max_length=64, db_index=True)
    whose = models.CharField(max_length=48, help_text="A keyed mark of the person, not her key.")
    form = SealedJSONField(default=dict)
    kept_at = models.DateTimeField(db_index=True)

    class Privacy:
        retention = Retention(
            keep=hours(1),
            since=("kept_at",),
            after="it came",
            because="or until sent, thrown away, or Leave quickly",
        )
        OPEN = ("id", "kept_at")
        PERSONAL = ("whose",)
        SENSITIVE = ("form",)
        SECRET = ("browser_hash",)


class DemoLink(models.Model):
    """A single-use way into a demo database, on loopback only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Privacy:
        retention = stays("the demo", "there is none outside a demo")
        OPEN = ("id", "made_at", "used_at")
        PERSONAL = ("user",)
        SECRET = ("token_hash",)
