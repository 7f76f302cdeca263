"""People who sign in, what they are granted, and the phones they hold."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from aanchal.kernel.fields import SealedTextField
from aanchal.kernel.ids import new_id
from aanchal.kernel.permissions import ROOT, Role, Scope
from aanchal.places.models import Area, Body, district_of


class PersonManager(BaseUserManager["User"]):
    """Finds a person by username; Django asks for it."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """A person with an account. There is no superuser and no staff mark."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.CharField(max_length=60, unique=True)
    display_name = SealedTextField(default="")
    email = models.EmailField(blank=True, max_length=200)
    language = models.CharField(max_length=5, default="en")
    is_active = models.BooleanField(default=True)
    made_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []
    objects = PersonManager()

    class Privacy:
        retention = "As long as the person works here, then two years; audit keeps the bare key."
        OPEN = ("id", "language", "is_active", "made_at")
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

    def scope(self) -> Scope:
        """People stand at the root, or in the one area all their grants share."""
        paths = [g.area_path for g in self.grants.all() if g.area_path]
        path = paths[0] if len(set(paths)) == 1 else ROOT
        return Scope(area_path=path, district=district_of(path), excluded=frozenset())


class Grant(models.Model):
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
        retention = "Eight years after its end."
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

    def scope(self) -> Scope:
        return Scope(area_path=self.area_path, district=district_of(self.area_path))


class Invitation(models.Model):
    """A link by which one new person comes in with one first grant. Stored as a keyed hash."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
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
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT)
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Privacy:
        retention = "Ninety days after it ended."
        OPEN = ("id", "role", "area", "body", "area_path", "grade", "section", "language")
        OPEN += ("expires_at", "withdrawn_at")
        PERSONAL = ("invited_by", "invited_at", "accepted_by", "accepted_at")
        SENSITIVE = ("for_name",)
        SECRET = ("token_hash",)

    def scope(self) -> Scope:
        return Scope(area_path=self.area_path, district=district_of(self.area_path))


class Device(models.Model):
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
        retention = "One year after it was revoked."
        OPEN = ("id", "enrol_expires_at", "enrolled_at")
        PERSONAL = ("user", "name", "enrolled_by", "last_seen_on", "revoked_by", "revoked_at")
        SECRET = ("enrol_token_hash", "token_hash")

    class Meta:
        indexes = [models.Index(fields=["token_hash"], name="device_by_token")]

    def scope(self) -> Scope:
        return self.user.scope()


class CredentialReset(models.Model):
    """One person asks, another agrees, that somebody's passphrase or second factor is made anew."""

    class Kind(models.TextChoices):
        PASSPHRASE = "passphrase"
        SECOND_FACTOR = "second_factor"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="resets")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    approved_by = models.CharField(max_length=64, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    token_hash = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Privacy:
        retention = "Two years."
        OPEN = ("id", "kind", "expires_at")
        PERSONAL = ("user", "asked_by", "asked_at", "approved_by", "approved_at", "used_at")
        SECRET = ("token_hash",)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True) | ~Q(approved_by=models.F("asked_by")),
                name="reset_approved_by_another",
            )
        ]

    def scope(self) -> Scope:
        return self.user.scope()


class DemoLink(models.Model):
    """A single-use way into a demo database, on loopback only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Privacy:
        retention = "As long as the demo."
        OPEN = ("id", "made_at", "used_at")
        PERSONAL = ("user",)
        SECRET = ("token_hash",)
