"""The watch over registers: flags, visits, what a person found, and how it ended."""

from django.db import models
from django.db.models import Q

from aanchal.access.models import User
from aanchal.kernel.access import HasAccess
from aanchal.kernel.facts import (
    SealedFact,
    SealedFactsField,
    WithSealedFacts,
    sealed_day,
    sealed_time,
)
from aanchal.kernel.fields import SealedJSONField, SealedTextField
from aanchal.kernel.ids import new_id, new_random_id
from aanchal.kernel.retention import Retention, part_of, school_years, stays, years
from aanchal.people.models import Child, ClassSection
from aanchal.places.models import Area
from aanchal.registers.models import PackedField
from aanchal.watch.rules.stages import (
    FAMILY_MOVE_MOVES,
    FLAG_MOVES,
    VISIT_MOVES,
    WITHDRAWAL_MOVES,
)


class RegisterArchive(HasAccess, models.Model):
    """A folder of sealed register pages for analysis: its key, and to whom the key was given."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16, blank=True, help_text="Empty above a district.")
    area_path = models.CharField(max_length=200, help_text="Registers of this area and below.")
    archive_key = PackedField(help_text="32 bytes that open the archive's files, and nothing else.")
    handed_over = SealedJSONField(default=list, help_text="To whom, what for, by whom, when.")
    begun_by = models.CharField(max_length=64)
    begun_at = models.DateTimeField()
    written_at = models.DateTimeField(null=True, blank=True)

    class Privacy:
        retention = stays(
            "the archive", "what the pages' retention removes leaves it at the next run"
        )
        OPEN = ("id", "district", "area_path", "begun_at", "written_at")
        PERSONAL = ("begun_by",)
        SENSITIVE = ("handed_over",)
        SECRET = ("archive_key",)

    class Access:
        area = "area_path"


class ClassState(models.Model):
    """The watch's running state of one class-section: now, and at the end of each month."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16)
    class_section = models.ForeignKey(ClassSection, on_delete=models.CASCADE, related_name="states")
    month = models.DateField(null=True, blank=True, help_text="Null for the running state.")
    as_of = models.DateField()
    input_hash = models.CharField(max_length=64, help_text="Hash of all marks up to `as_of`.")
    pages_hash = models.CharField(max_length=64, blank=True, help_text="Hash of the pages seen.")
    rule_version = models.CharField(max_length=40)
    children = PackedField(help_text="16 bytes a child, in state order.")
    state = PackedField()

    class Privacy:
        retention = Retention(
            # One year more than it is of use: the watch makes states anew that a late page needs.
            keep=school_years(1),
            since=("as_of",),
            after="it was reckoned",
            because="it can be made again from the pages",
            holds=("class_section__enrolments__child",),
        )
        OPEN = ("id", "district", "class_section", "month", "as_of", "rule_version")
        PERSONAL = ("input_hash", "pages_hash")
        SENSITIVE = ("children", "state")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["class_section", "month"], name="class_state_once", nulls_distinct=False
            )
        ]


class VisitBudget(HasAccess, models.Model):
    """How many visits a block's volunteers can walk, and the thresholds that follow from it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="visit_budgets")
    visits_per_1000_month = models.FloatField()
    policy = models.JSONField(default=dict, help_text="Thresholds as calibrated; may be empty.")
    set_by = models.CharField(max_length=64)
    set_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    class Privacy:
        retention = Retention(
            keep=years(5),
            since=("set_at",),
            after="it was set",
            only=Q(is_current=False),
            stays="the one in force stays",
        )
        OPEN = ("id", "area", "visits_per_1000_month", "policy", "set_at", "is_current")
        PERSONAL = ("set_by",)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(visits_per_1000_month__gt=0), name="visit_budget_positive"
            ),
            models.UniqueConstraint(
                fields=["area"], condition=Q(is_current=True), name="visit_budget_current_once"
            ),
        ]

    class Access:
        part_of = "area"


class BudgetReplay(HasAccess, models.Model):
    """What each visit budget would have asked and found on one block's own past registers."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    area = models.OneToOneField(Area, on_delete=models.CASCADE, related_name="budget_replay")
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True, blank=True)
    input_hash = models.CharField(max_length=64, blank=True)
    pages = models.PositiveIntegerField(default=0, help_text="Register pages that were looked at.")
    pages_received_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(default=dict, help_text="Counts over the block; empty until made.")

    class Privacy:
        retention = stays("the block has no newer replay", "the next is written over it")
        OPEN = ("id", "area", "asked_at", "made_at", "pages", "pages_received_at")
        PERSONAL = ("asked_by", "input_hash", "result")

    class Access:
        part_of = "area"


class Flag(HasAccess, models.Model):
    """The watch asks about one child, and says why. Never deleted; may be withdrawn."""

    MOVES = FLAG_MOVES

    class Channel(models.TextChoices):
        URGENT = "urgent"
        ORDINARY = "ordinary"

    class State(models.TextChoices):
        OPEN = "open"
        ASSIGNED = "assigned"
        VISITED = "visited"
        CLOSED = "closed"
        WITHDRAWN = "withdrawn"

    LIVE = (State.OPEN, State.ASSIGNED, State.VISITED)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="flags")
    class_section = models.ForeignKey(ClassSection, on_delete=models.PROTECT, related_name="flags")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="flags")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    since_on = models.DateField(help_text="First absence the question is about.")
    signal_on = models.DateField(help_text="Register day whose marks raised it.")
    register_received_at = models.DateTimeField(help_text="When those marks reached us.")
    raised_at = models.DateTimeField()
    score = models.FloatField()
    reason = SealedJSONField(help_text="The numbers of its sentence.")
    rule_version = models.CharField(max_length=40)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    put_right_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="The day on which a finding of an earlier question was put right; not the moment.",
    )
    put_right_read_at = models.DateTimeField(null=True, blank=True)

    class Privacy:
        retention = Retention(
            keep=school_years(3),
            since=(
                "raised_at",
                "withdrawn_at",
                "put_right_at",
                "outcome__recorded_on",
                "visits__recorded_at",
            ),
            after="it ended",
            because="or as the case that one of its findings led to",
            only=Q(state__in=("closed", "withdrawn")),
            stays="one that has not ended stays",
        )
        OPEN = ("id", "district", "class_section", "register_received_at", "raised_at")
        OPEN += ("rule_version",)
        PERSONAL = ("child", "area", "channel", "since_on", "signal_on", "score", "state")
        PERSONAL += ("withdrawn_at", "put_right_at", "put_right_read_at")
        SENSITIVE = ("reason",)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child"],
                condition=Q(state__in=["open", "assigned", "visited"]),
                name="flag_one_open_question_a_child",
            ),
            models.UniqueConstraint(fields=["child", "signal_on"], name="flag_once_a_signal"),
        ]
        indexes = [
            models.Index(fields=["area", "state"], name="flag_by_area"),
            models.Index(fields=["class_section", "state"], name="flag_by_class"),
            models.Index(
                fields=["put_right_at"],
                condition=Q(put_right_at__isnull=False, put_right_read_at__isnull=True),
                name="flag_put_right_unread",
            ),
        ]

    class Access:
        area = "area__path"
        kin = "child__household__kinships__user_id"


class Withdrawal(HasAccess, models.Model):
    """A question about a flag: its marks were corrected; is it withdrawn, or asked all the same?"""

    MOVES = WITHDRAWAL_MOVES

    class State(models.TextChoices):
        WAITING = "waiting"
        WITHDRAWN = "withdrawn"
        KEPT = "kept"
        LAPSED = "lapsed"  # the marks were corrected back, and the flag stands on them again

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16)
    flag = models.ForeignKey(Flag, on_delete=models.PROTECT, related_name="withdrawals")
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField()
    settled_by = models.CharField(max_length=64, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Privacy:
        retention = part_of("flag")
        OPEN = ("id", "district", "asked_at")
        PERSONAL = ("flag", "state", "settled_by", "settled_at")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["flag"], condition=Q(state="waiting"), name="withdrawal_asked_once"
            )
        ]

    class Access:
        part_of = "flag"


class FamilyMove(HasAccess, models.Model):
    """A question: does the family of this child live in a village that another coordinates?

    It waits for whoever coordinates that village, or both; until then the family is written down where
    it was.
    """

    MOVES = FAMILY_MOVE_MOVES

    class State(models.TextChoices):
        WAITING = "waiting"
        AGREED = "agreed"
        REFUSED = "refused"
        TAKEN_BACK = "taken_back"
        LAPSED = "lapsed"  # somebody who coordinates both villages moved the family meanwhile

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="family_moves")
    left = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="families_leaving")
    to = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="families_coming")
    house = SealedJSONField(default=list, help_text="Keys of the children who go along.")
    why = SealedTextField(help_text="How the asker knows, and who there can be asked.")
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    settled_by = models.CharField(max_length=64, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    answer = SealedTextField(default="", help_text="Why it was refused, for the asker.")

    class Privacy:
        retention = Retention(
            keep=school_years(3),
            since=("asked_at", "settled_at"),
            after="it was settled",
            only=~Q(state="waiting"),
            stays="one that waits for an answer stays",
        )
        OPEN = ("id", "district", "asked_at", "state", "settled_at")
        PERSONAL = ("child", "left", "to", "asked_by", "settled_by")
        SENSITIVE = ("house", "why", "answer")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child"], condition=Q(state="waiting"), name="family_move_asked_once"
            )
        ]
        indexes = [models.Index(fields=["to", "state"], name="family_move_waiting")]

    class Access:
        """Where the yes is given: the village in which the family is said to live."""

        area = "to__path"
        district = "district"
        kin = "child__household__kinships__user_id"


class Visit(HasAccess, WithSealedFacts):
    """A person goes and asks. It is in the hands of one volunteer at a time."""

    MOVES = VISIT_MOVES

    class State(models.TextChoices):
        ASSIGNED = "assigned"
        RECORDED = "recorded"
        HANDED_BACK = "handed_back"
        CANCELLED = "cancelled"

    class HandedBack(models.TextChoices):
        UNSAFE = "unsafe"
        KIN = "kin"
        CANNOT_GO = "cannot_go"
        SECOND = "second"  # she who was to go along does not go

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16)
    flag = models.ForeignKey(Flag, on_delete=models.PROTECT, related_name="visits")
    volunteer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="visits")
    assigned_by = models.CharField(max_length=64)
    assigned_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.ASSIGNED)
    left_house_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField(
        null=True, blank=True, help_text="Begin of the day; the moment is sealed in its finding."
    )
    handed_back_at = models.DateTimeField(null=True, blank=True)
    two_go = models.BooleanField(default=False, help_text="Two go together, or nobody.")
    second = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="visits_along",
        help_text="Who goes along; null of two for one without an account whom the sender asked.",
    )
    back = SealedFactsField(
        pad=128, help_text="Why it was given back, and what was said of it since."
    )

    handed_back_because = SealedFact("back")
    # Why she does not go along.
    second_left_because = SealedFact("back")
    # When she who had not felt safe said that she will go again.
    will_go_at = sealed_time("back")

    class Privacy:
        retention = part_of("flag")
        OPEN = ("id", "district", "assigned_at", "due_at", "state", "recorded_at")
        PERSONAL = ("flag", "volunteer", "assigned_by", "left_house_at", "handed_back_at")
        PERSONAL += ("two_go", "second")
        SENSITIVE = ("back",)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["flag"], condition=Q(state="assigned"), name="visit_in_one_hand"
            ),
            models.CheckConstraint(
                condition=Q(second__isnull=True) | Q(two_go=True), name="visit_second_of_two"
            ),
        ]
        indexes = [
            models.Index(fields=["volunteer", "state", "due_at"], name="visit_in_hand"),
            models.Index(fields=["state", "due_at"], name="visit_due"),
            models.Index(
                fields=["flag"],
                condition=Q(state="handed_back"),
                name="visit_handed_back",
            ),
            models.Index(
                fields=["second", "state"],
                condition=Q(second__isnull=False),
                name="visit_along",
            ),
        ]

    class Access:
        part_of = "flag"
        district = "district"
        holder = "volunteer_id"
        held_while = ("state", "assigned")


class Finding(HasAccess, WithSealedFacts):
    """What a visit found. Sensitive from end to end; schools never see it."""

    id = models.UUIDField(primary_key=True, default=new_random_id, editable=False)
    district = models.CharField(max_length=16)
    visit = models.OneToOneField(Visit, on_delete=models.PROTECT, related_name="finding")
    kind = SealedTextField(help_text="Code of `watch/data/findings.toml`.")
    whom_met = SealedTextField(default="")
    next_step = SealedTextField(default="")
    note = SealedTextField(default="")
    facts = SealedFactsField(pad=256)

    # Age and danger of work, when they were asked; what was written before each correction.
    work = SealedFact("facts", default=None)
    earlier = SealedFact("facts", default=None)
    child_seen = SealedFact("facts", default=False)
    visited_on = sealed_day("facts")
    recorded_by = SealedFact("facts")
    recorded_at = sealed_time("facts")

    class Privacy:
        retention = part_of("visit", "the visit, or as the case it led to")
        OPEN = ("id", "district")
        PERSONAL = ("visit",)
        SENSITIVE = ("kind", "whom_met", "next_step", "note", "facts")

    class Access:
        """Of volunteers only she who wrote it may touch it."""

        part_of = "visit__flag"
        holder = "recorded_by"
        sealed = True


class LateFinding(HasAccess, WithSealedFacts):
    """What a volunteer sent of a visit that was no longer in her hands, and that tells of no danger.

    It is no finding: nothing ends, waits or counts by it. It is kept for whoever holds the flag.
    """

    id = models.UUIDField(primary_key=True, default=new_random_id, editable=False)
    district = models.CharField(max_length=16)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="late_findings")
    kind = SealedTextField(help_text="Code of `watch/data/findings.toml`.")
    whom_met = SealedTextField(default="")
    next_step = SealedTextField(default="")
    note = SealedTextField(default="")
    facts = SealedFactsField(pad=256)
    sent_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    child_seen = SealedFact("facts", default=False)
    visited_on = sealed_day("facts")
    sent_by = SealedFact("facts")
    read_by = SealedFact("facts", default="")

    class Privacy:
        retention = part_of("visit", "the flag")
        OPEN = ("id", "district", "sent_at", "read_at")
        PERSONAL = ("visit",)
        SENSITIVE = ("kind", "whom_met", "next_step", "note", "facts")

    class Meta:
        indexes = [
            models.Index(
                fields=["sent_at"], condition=Q(read_at__isnull=True), name="late_finding_unread"
            )
        ]

    class Access:
        """Of volunteers only she in whose hands the visit was may touch it."""

        part_of = "visit__flag"
        holder = "visit__volunteer_id"


class Outcome(HasAccess, WithSealedFacts):
    """How a flag ended: back, left, or closed for a reason that asks nothing more."""

    class Kind(models.TextChoices):
        BACK = "back"
        LEFT = "left"
        EXPLAINED = "explained"
        CONCERN = "concern"

    id = models.UUIDField(primary_key=True, default=new_random_id, editable=False)
    district = models.CharField(max_length=16)
    flag = models.OneToOneField(Flag, on_delete=models.PROTECT, related_name="outcome")
    recorded_on = models.DateField()
    facts = SealedFactsField(pad=256)
    note = SealedTextField(default="", help_text="Who said so, in the words of the recorder.")

    kind = SealedFact("facts")
    since_on = sealed_day("facts")
    child_seen = SealedFact("facts", default=False)
    # Code of `rules/ends.py`; None when none was needed.
    ground = SealedFact("facts", default=None)
    # For back: days come, of days marked since.
    numbers = SealedFact("facts", default=None)
    # The last day at rest; still away afterwards, the child is asked about again.
    rest_until = sealed_day("facts")
    recorded_by = SealedFact("facts")
    recorded_at = sealed_time("facts")

    class Privacy:
        retention = part_of("flag")
        OPEN = ("id", "district", "recorded_on")
        PERSONAL = ("flag",)
        SENSITIVE = ("facts", "note")

    class Access:
        part_of = "flag"


class Reopening(HasAccess, models.Model):
    """A flag that had been closed in error and was opened again; how it had ended is kept here."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16)
    flag = models.ForeignKey(Flag, on_delete=models.PROTECT, related_name="reopenings")
    was = SealedJSONField(help_text="The outcome that was taken back, with who wrote it and when.")
    because = SealedTextField(help_text="Why, in the words of who opened it again.")
    reopened_by = models.CharField(max_length=64)
    reopened_at = models.DateTimeField()

    class Privacy:
        retention = part_of("flag")
        OPEN = ("id", "district", "reopened_at")
        PERSONAL = ("flag", "reopened_by")
        SENSITIVE = ("was", "because")

    class Access:
        part_of = "flag"
