"""Concerns: any signal about a child or a place, before a decision."""

from django.db import models

from aanchal.kernel.fields import SealedJSONField, SealedTextField
from aanchal.kernel.ids import new_id
from aanchal.kernel.permissions import Scope
from aanchal.people.models import Child
from aanchal.places.models import Area


class Concern(models.Model):
    """A signal, sealed on arrival when its kind of harm asks for it."""

    class Kind(models.TextChoices):
        MISSING = "missing"
        TRAFFICKING = "trafficking"
        CHILD_MARRIAGE = "child_marriage"
        LABOUR = "labour"
        SEXUAL_ABUSE = "sexual_abuse"
        ABUSE = "abuse"
        OTHER = "other"

    class Stage(models.TextChoices):
        NEW = "new"
        TAKEN_UP = "taken_up"
        CLOSED = "closed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=16, unique=True)
    district = models.CharField(max_length=16)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="concerns")
    child = models.ForeignKey(
        Child, null=True, blank=True, on_delete=models.PROTECT, related_name="concerns"
    )
    kind = SealedTextField()
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.NEW)
    is_sealed = models.BooleanField(default=False)
    source_kind = models.CharField(max_length=24)
    source_id = models.CharField(max_length=64)
    reason = SealedJSONField(null=True, blank=True, help_text="Numbers of the source's sentence.")
    told = SealedTextField(default="", help_text="What was told, in the teller's words.")
    raised_by = models.CharField(max_length=64)
    raised_at = models.DateTimeField()
    calls = SealedJSONField(default=list, help_text="Who was called, and when.")
    taken_up_by = models.CharField(max_length=64, blank=True)
    taken_up_at = models.DateTimeField(null=True, blank=True)

    class Privacy:
        retention = "As the law sets for the case it becomes; else three years."
        OPEN = ("id", "district", "stage", "is_sealed", "raised_at")
        PERSONAL = ("code", "area", "child", "source_kind", "source_id", "raised_by")
        PERSONAL += ("taken_up_by", "taken_up_at")
        SENSITIVE = ("kind", "reason", "told", "calls")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_kind", "source_id"], name="concern_once"),
        ]
        indexes = [models.Index(fields=["area", "stage"], name="concern_by_area")]

    def team_ids(self) -> frozenset[str] | None:
        if not self.is_sealed:
            return None
        return frozenset(str(m.user_id) for m in self.team.all())

    def scope(self) -> Scope:
        excluded = frozenset(str(i.user_id) for i in self.implicated.all())
        if self.child is not None:
            excluded |= self.child.kin()
        return Scope(
            area_path=self.area.path,
            district=self.district,
            team=self.team_ids(),
            excluded=excluded,
        )


class ConcernMember(models.Model):
    """A person of the named team that alone sees a sealed concern."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16)
    concern = models.ForeignKey(Concern, on_delete=models.CASCADE, related_name="team")
    user = models.ForeignKey("access.User", on_delete=models.PROTECT, related_name="+")
    named_by = models.CharField(max_length=64)

    class Privacy:
        retention = "As long as the concern."
        OPEN = ("id", "district")
        PERSONAL = ("concern", "user", "named_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["concern", "user"], name="concern_member_once")
        ]


class ConcernImplicated(models.Model):
    """A person who works with us and is implicated: excluded, and learns nothing of it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16)
    concern = models.ForeignKey(Concern, on_delete=models.CASCADE, related_name="implicated")
    user = models.ForeignKey("access.User", on_delete=models.PROTECT, related_name="+")
    named_by = models.CharField(max_length=64)

    class Privacy:
        retention = "As long as the concern."
        OPEN = ("id", "district")
        PERSONAL = ("concern", "user", "named_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["concern", "user"], name="concern_implicated_once")
        ]
