"""Tables that belong to no one app: the audit chain, stored files, import problems, schedules."""

from datetime import datetime
from typing import Any

from django.db import models

from .access import HasAccess
from .facts import SealedFact, SealedFactsField, WithSealedFacts, sealed_time
from .fields import (
    LastingSealedJSONField,
    ReferenceTagField,
    SealedJSONField,
    SealedReferenceField,
    SealedTextField,
)
from .ids import new_id, new_random_id
from .retention import Retention, Then, days, hours, school_years, stays, years
from .rules.stages import IMPORT_PROBLEM_MOVES


class AuditEvent(models.Model):
    """One thing that was done, refused or read. Rows are only ever added; no foreign keys.

    Without the keyring a row tells its district, its number and its day. `kernel.audit` says what
    the sealed content holds, and how the tags and links are made.
    """

    class Outcome(models.TextChoices):
        DONE = "done"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=new_random_id, editable=False)
    district = models.CharField(max_length=16, blank=True)
    seq = models.PositiveBigIntegerField()
    on = models.DateField()
    content = LastingSealedJSONField(help_text="Time, actor, verb, outcome, target, changes.")
    actor_tag = models.CharField(max_length=32, help_text="Keyed hash of actor and day.")
    mentions = models.TextField(help_text="Keyed hashes of the day and each record it names.")
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(
        max_length=64, help_text="Keyed hash of the row, the link before in it."
    )

    class Privacy:
        retention = Retention(
            keep=years(8),
            since=("on",),
            after="the event",
            then=Then.KEEP,
            because="the whole chain is closed and archived by its custodians: no link can be taken out",
        )
        OPEN = ("id", "district", "seq", "on", "previous_hash", "hash")
        PERSONAL = ("actor_tag", "mentions")
        SENSITIVE = ("content",)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["district", "seq"], name="audit_one_event_a_step"),
            models.CheckConstraint(condition=models.Q(seq__gte=1), name="audit_begins_at_one"),
        ]
        indexes = [
            models.Index(fields=["district", "on"], name="audit_by_day"),
            models.Index(fields=["actor_tag"], name="audit_by_actor"),
        ]

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.content["at"])

    @property
    def actor_id(self) -> str:
        return str(self.content["actor"])

    @property
    def verb(self) -> str:
        return str(self.content["verb"])

    @property
    def outcome(self) -> str:
        return str(self.content["outcome"])

    @property
    def target_type(self) -> str:
        return str(self.content["type"])

    @property
    def target_id(self) -> str:
        return str(self.content["target"])

    @property
    def area_path(self) -> str:
        return str(self.content["area"])

    @property
    def changes(self) -> dict[str, Any]:
        return dict(self.content["changes"])

    @property
    def shown(self) -> list[str]:
        """Keys of the children that a page showed; none but for reading."""
        return list(self.content.get("shown", ()))


class AuditHead(models.Model):
    """The last link of each district's audit chain; locked last, and in sorted order."""

    district = models.CharField(primary_key=True, max_length=16)
    seq = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64)
    acts = models.PositiveBigIntegerField(
        default=0,
        help_text="How many of the events are no reading: figures are kept until one comes.",
    )

    class Privacy:
        retention = stays("the chain", "it is the chain's end")
        OPEN = ("district", "seq", "hash", "acts")


class StoredFile(models.Model):
    """A file kept exactly as it came, sealed, beside the database and never in it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16, blank=True)
    purpose = models.CharField(max_length=32)
    name = SealedTextField()
    media_type = models.CharField(max_length=100)
    size_bytes = models.PositiveBigIntegerField()
    content_hash = models.CharField(max_length=64, help_text="Keyed hash of the content.")
    kept_by = models.CharField(max_length=64)
    kept_at = models.DateTimeField()

    class Privacy:
        retention = Retention(
            keep=days(1),
            since=("kept_at",),
            of="a record that came with it",
            because="its bytes go too",
        )
        OPEN = ("id", "district", "purpose", "media_type", "size_bytes", "kept_at")
        PERSONAL = ("content_hash", "kept_by")
        SENSITIVE = ("name",)

    class Meta:
        indexes = [models.Index(fields=["content_hash"], name="stored_file_by_content")]


class ImportProblem(models.Model):
    """A row that could not be taken in, kept with its reason until a person repairs it."""

    MOVES = IMPORT_PROBLEM_MOVES

    class State(models.TextChoices):
        OPEN = "open"
        REPAIRED = "repaired"
        SET_ASIDE = "set_aside"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16, blank=True)
    area_path = models.CharField(max_length=200)
    body_id = models.UUIDField(null=True, blank=True)
    source_kind = models.CharField(max_length=32)
    source_id = models.CharField(max_length=200, help_text="The import or file it came from.")
    row = models.PositiveIntegerField(null=True, blank=True)
    column = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=64)
    template = models.CharField(max_length=400)
    params = SealedJSONField(default=dict)
    raw = SealedJSONField(null=True, blank=True)
    key = models.CharField(max_length=64, help_text="Hash of place and reason: one row a problem.")
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=64, blank=True)

    class Privacy:
        retention = Retention(keep=school_years(0), since=("settled_at",), after="it was settled")
        OPEN = ("id", "district", "area_path", "body_id", "source_kind", "source_id", "row")
        PERSONAL = ("column", "code", "template", "key", "state", "found_at", "settled_at")
        PERSONAL += ("settled_by",)
        SENSITIVE = ("params", "raw")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_kind", "key"], name="import_problem_once")
        ]
        indexes = [models.Index(fields=["state", "area_path"], name="import_problem_open")]


class ScheduledRun(models.Model):
    """One turn of a scheduled job. The unique name and date make each turn run once."""

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=64)
    due_on = models.DateField()
    slot = models.PositiveSmallIntegerField(
        default=0, help_text="Which turn of the day, from 1; 0 when there is one a day."
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=1)
    problem = models.CharField(max_length=200, blank=True, help_text="Kind of error; no data.")

    class Privacy:
        retention = Retention(keep=years(1), since=("due_on",), after="its day")
        OPEN = (
            "id",
            "name",
            "due_on",
            "slot",
            "state",
            "started_at",
            "heartbeat_at",
            "finished_at",
        )
        OPEN += ("tries", "problem")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name", "due_on", "slot"], name="scheduled_run_once_a_slot"
            )
        ]


class Worker(models.Model):
    """A background worker, with its last heartbeat. Without one the job it held is free for others."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    doing = models.CharField(max_length=64, blank=True, help_text="Name of the job under way.")

    class Privacy:
        retention = Retention(keep=days(7), since=("seen_at",), after="it fell silent")
        OPEN = ("id", "pid", "started_at", "seen_at", "doing")


class CacheEntry(models.Model):
    """What processes share for a while: codes already used, counted tries, how far a job has come."""

    id = models.UUIDField(primary_key=True, default=new_id, help_text="Keyed hash of the key.")
    value = SealedJSONField(help_text="The value, with its end: neither can be changed alone.")
    expires_at = models.DateTimeField()

    class Privacy:
        retention = Retention(
            keep=hours(0), since=("expires_at",), after="its end", because="mostly minutes"
        )
        OPEN = ("id", "expires_at")
        SECRET = ("value",)

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="cache_entry_by_end")]


class Spent(models.Model):
    """How often something was done of what may be done a few times only: `kernel.allowances`."""

    id = models.CharField(
        primary_key=True, max_length=64, help_text="Keyed hash of what, and whose."
    )
    times = models.PositiveIntegerField()
    until_at = models.DateTimeField(help_text="From then on it is counted anew.")

    class Privacy:
        retention = Retention(
            keep=hours(0), since=("until_at",), after="its end", because="at most a day"
        )
        OPEN = ("id", "times", "until_at")

    class Meta:
        indexes = [models.Index(fields=["until_at"], name="spent_by_end")]


class CountedEvent(WithSealedFacts):
    """One thing that is to be counted later: `kernel.statistics` says what."""

    id = models.UUIDField(primary_key=True, default=new_random_id, editable=False)
    district = models.CharField(max_length=16, blank=True)
    facts = SealedFactsField(
        pad=256, help_text="What, its detail, block, month, pseudonym of the child."
    )

    class Privacy:
        retention = Retention(
            keep=years(6),
            by="kernel.sweeping",
            after="its month, or until the period it belongs to is published",
        )
        OPEN = ("id", "district")
        SENSITIVE = ("facts",)


class LegalHold(HasAccess, WithSealedFacts):
    """A child, household or concern of which nothing is erased, because a court or an officer asked for it.

    One administrator places it; lifting it takes two.
    """

    id = models.UUIDField(primary_key=True, default=new_random_id, editable=False)
    district = models.CharField(max_length=16)
    placed_on = models.DateField()
    lifted_on = models.DateField(null=True, blank=True)
    thing = SealedReferenceField(help_text="Label and key of what is held.")
    thing_tag = ReferenceTagField(of="thing", db_index=True)
    facts = SealedFactsField(
        pad=1024, help_text="Place, reason, who placed it, who asked to lift it."
    )

    area_path = SealedFact("facts")
    # What the administrator wrote: the code of the child or concern.
    code = SealedFact("facts")
    reason = SealedFact("facts")
    placed_by = SealedFact("facts")
    # Who asked that it be lifted, when and why; "" while nobody did.
    lift_asked_by = SealedFact("facts")
    lift_asked_on = SealedFact("facts")
    lift_reason = SealedFact("facts")
    lifted_by = SealedFact("facts")
    # User ids of kin and of those implicated, who learn nothing of it.
    excluded = SealedFact("facts", default=list)

    class Privacy:
        retention = Retention(keep=years(8), since=("lifted_on",), after="it was lifted")
        OPEN = ("id", "district", "placed_on", "lifted_on")
        SENSITIVE = ("thing", "thing_tag", "facts")

    class Access:
        """Where what is held stands; whoever has a part in it is shut out."""

        area = "area_path"
        kin = "excluded"
        sealed = True


class ErasedRecord(models.Model):
    """That a record was erased, by the keyed hash of its key: a restored backup erases it again."""

    id = models.UUIDField(primary_key=True, default=new_random_id, editable=False)
    model = models.CharField(max_length=64)
    tag = models.CharField(max_length=32, help_text="Keyed hash of model and key.")
    erased_on = models.DateField()

    class Privacy:
        retention = Retention(
            of="a backup that may hold the record is kept",
            by="kernel.erased",
            because="the sweeper forgets it then",
        )
        OPEN = ("id", "model", "erased_on")
        PERSONAL = ("tag",)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "tag"], name="erased_once")]
        indexes = [models.Index(fields=["erased_on"], name="erased_by_day")]


class Operation(WithSealedFacts):
    """An act that was sent with a key, so that it is done once: `kernel.operations`."""

    id = models.UUIDField(
        primary_key=True, default=new_random_id, help_text="Keyed hash of the sender and her key."
    )
    district = models.CharField(max_length=16, blank=True)
    received_on = models.DateField()
    facts = SealedFactsField(pad=512, help_text="Which act, when, and what it answered.")

    use_case = SealedFact("facts")
    happened_at = sealed_time("facts")
    received_at = sealed_time("facts")
    result_type = SealedFact("facts")
    result_id = SealedFact("facts")
    result_value = SealedFact("facts", default=None)

    class Privacy:
        retention = Retention(keep=days(120), since=("received_on",), after="it was sent")
        OPEN = ("id", "district", "received_on")
        SENSITIVE = ("facts",)

    class Meta:
        indexes = [models.Index(fields=["received_on"], name="operation_by_day")]


class Deployment(models.Model):
    """What this database is. One row; a demo database says so for ever."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    is_demo = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    last_backup_at = models.DateTimeField(null=True, blank=True)
    restored_at = models.DateTimeField(null=True, blank=True)
    restored_from_at = models.DateTimeField(
        null=True, blank=True, help_text="When the backup that was restored had been made."
    )

    class Privacy:
        retention = stays("the database", "it says what the database is")
        OPEN = ("id", "is_demo", "made_at", "last_backup_at", "restored_at", "restored_from_at")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="deployment_one_row")]
