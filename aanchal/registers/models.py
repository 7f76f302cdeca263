"""Registers: files, pages a class and month, what was corrected, and whom a register leaves out."""

from django.db import models
from django.db.models import Q

from aanchal.kernel.access import HasAccess
from aanchal.kernel.fields import SealedField, SealedJSONField, SealedTextField
from aanchal.kernel.ids import new_id, new_random_id
from aanchal.kernel.models import ImportProblem, StoredFile
from aanchal.kernel.retention import Retention, Then, part_of, school_years, stays
from aanchal.people.models import Child, ClassSection
from aanchal.places.models import Body

from .rules.stages import CORRECTION_MOVES, MISSING_PUPIL_MOVES, REGISTER_FILE_MOVES


class PackedField(SealedField):
    """Sealed bytes that are already packed; their length tells nothing worth padding."""

    pad = 0


class RegisterFile(HasAccess, models.Model):
    """A register as it came: one file, kept sealed, understood, and taken in page by page."""

    MOVES = REGISTER_FILE_MOVES

    class State(models.TextChoices):
        RECEIVED = "received"  # kept; not yet read
        SHOWN = "shown"  # read; waits for a person to say yes
        TAKING = "taking"  # pages are being written
        TAKEN = "taken"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16, blank=True)
    school = models.ForeignKey(
        Body, null=True, blank=True, on_delete=models.PROTECT, related_name="register_files"
    )
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT)
    content_hash = models.CharField(max_length=64)
    hints = models.JSONField(default=dict, help_text="School, class, section, month as told.")
    state = models.CharField(max_length=8, choices=State.choices, default=State.RECEIVED)
    via = models.CharField(max_length=8)
    understood = SealedJSONField(null=True, blank=True, help_text="What was shown, for a yes.")
    counts = models.JSONField(default=dict)
    classes = models.TextField(default="", help_text='Of which classes it is: "|6/A|7/|".')
    months = models.TextField(default="", help_text='Of which months it is: "|2026-07|".')
    answers = models.JSONField(
        default=dict,
        help_text="What the sender answered: questions of the reading; by, enrol, confirmed.",
    )
    said = SealedJSONField(
        null=True, blank=True, help_text="What the sender said of pupils left out: child → code."
    )
    refusal = models.CharField(max_length=400, blank=True, help_text="Template of the sentence.")
    refusal_params = SealedJSONField(null=True, blank=True)
    received_by = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Privacy:
        retention = Retention(
            keep=school_years(2),
            since=("received_at", "settled_at", "pages__received_at"),
            after="the last page that came from it",
            holds=("pages__class_section__enrolments__child",),
        )
        OPEN = ("id", "district", "school", "file", "hints", "state", "via", "counts")
        OPEN += ("classes", "months", "refusal", "received_at", "settled_at")
        PERSONAL = ("content_hash", "received_by", "answers")
        SENSITIVE = ("understood", "said", "refusal_params")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["content_hash", "school"],
                name="register_file_once_a_school",
                nulls_distinct=False,
            )
        ]

    class Access:
        """A teacher of one class reaches what she sent herself.

        Without a school it stands nowhere: it is its sender's (`scope_of_file`), whose own place
        decides what she may do with it, and that is known of the one who asks only.
        """

        area = "school__area__path"
        body = "school_id"
        unit = ("hints__grade", "hints__section")
        sender = "received_by"


class RegisterPage(HasAccess, models.Model):
    """One class-section for one month, as the paper is: pupils × days, lossless, packed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16)
    class_section = models.ForeignKey(ClassSection, on_delete=models.PROTECT, related_name="pages")
    month = models.DateField(help_text="First day of the month.")
    children = PackedField(help_text="16 bytes a child, in page order.")
    marks = PackedField(help_text="zlib of children × days marks, one byte each.")
    days_taken = models.PositiveBigIntegerField(help_text="Bit d-1 is set when day d was taken.")
    agreed = PackedField(
        null=True, help_text="Bits, children × days: absences a second person let go."
    )
    input_hash = models.CharField(max_length=64)
    revision = models.PositiveIntegerField(default=1)
    source = models.ForeignKey(
        RegisterFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="pages"
    )
    first_received_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Privacy:
        retention = Retention(
            keep=school_years(3),
            since=("month",),
            after="its month",
            then=Then.ANONYMISE,
            because="counts without a child",
            holds=("class_section__enrolments__child",),
        )
        OPEN = ("id", "district", "class_section", "month", "days_taken", "revision", "source")
        OPEN += ("first_received_at", "received_at")
        PERSONAL = ("children", "input_hash")
        SENSITIVE = ("marks", "agreed")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["class_section", "month"], name="register_page_once")
        ]
        indexes = [models.Index(fields=["district", "month"], name="register_page_by_month")]

    class Access:
        part_of = "class_section"


class RegisterCount(models.Model):
    """What is left of a school's register pages of one month when they went: counts without a child."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16)
    school = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="register_counts")
    month = models.DateField(help_text="First day of the month.")
    pages = models.PositiveIntegerField(default=0)
    children = models.PositiveIntegerField(default=0)
    days_taken = models.PositiveIntegerField(default=0, help_text="Of all pages together.")
    present = models.PositiveIntegerField(default=0)
    absent = models.PositiveIntegerField(default=0)
    leave = models.PositiveIntegerField(default=0)

    class Privacy:
        retention = stays("the school", "it tells of no child")
        OPEN = ("id", "district", "school", "month", "pages", "children", "days_taken")
        OPEN += ("present", "absent", "leave")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "month"], name="register_count_once")
        ]


class PageRevision(models.Model):
    """What a page was before a correction."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16)
    page = models.ForeignKey(RegisterPage, on_delete=models.CASCADE, related_name="revisions")
    revision = models.PositiveIntegerField()
    children = PackedField()
    marks = PackedField()
    void = PackedField(
        null=True, help_text="Bits, children × days: absences by a decision since undone."
    )
    source = models.ForeignKey(
        RegisterFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    received_at = models.DateTimeField()
    replaced_at = models.DateTimeField()
    changed_marks = models.PositiveIntegerField()

    class Privacy:
        retention = part_of("page")
        OPEN = ("id", "district", "page", "revision", "source", "received_at", "replaced_at")
        OPEN += ("changed_marks",)
        SENSITIVE = ("children", "marks", "void")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["page", "revision"], name="page_revision_once")
        ]


class Correction(HasAccess, models.Model):
    """Marks that would take absences away: they wait until the coordinator says yes or no.

    What a coordinator changes herself goes in at once, and is kept here to be undone.
    """

    MOVES = CORRECTION_MOVES

    class State(models.TextChoices):
        WAITING = "waiting"
        AGREED = "agreed"
        REFUSED = "refused"
        TAKEN_BACK = "taken_back"
        MADE = "made"  # by one who corrects registers herself: nobody else was asked
        UNDONE = "undone"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16)
    class_section = models.ForeignKey(
        ClassSection, on_delete=models.PROTECT, related_name="corrections"
    )
    month = models.DateField(help_text="First day of the month.")
    children = PackedField(help_text="16 bytes a child.")
    marks = PackedField(help_text="As of a page: only what waits is not blank.")
    before = PackedField(null=True, help_text="Marks of these children before the yes.")
    undo = SealedJSONField(null=True, help_text="Of what was made: what else stood before it.")
    source = models.ForeignKey(
        RegisterFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="corrections"
    )
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    settled_by = models.CharField(max_length=64, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    answer = SealedTextField(default="", help_text="Why it was refused, for the asker.")

    class Privacy:
        retention = Retention(
            keep=school_years(3),
            since=("month",),
            of="the page",
            holds=("class_section__enrolments__child",),
        )
        OPEN = ("id", "district", "class_section", "month", "source", "asked_at", "state")
        OPEN += ("settled_at",)
        PERSONAL = ("asked_by", "settled_by")
        SENSITIVE = ("children", "marks", "before", "undo", "answer")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["class_section", "month"],
                condition=Q(state="waiting"),
                name="correction_waiting_once",
            )
        ]

    class Access:
        part_of = "class_section"


class RowDecision(models.Model):
    """Who a register's row is, or what a cell says, as a person decided it.

    It is remembered for the class, so that the same row is not asked about again, and holds what
    the child's days were before, so that it can be undone.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16)
    problem = models.OneToOneField(
        ImportProblem, on_delete=models.CASCADE, related_name="row_decision"
    )
    row_tag = models.CharField(
        max_length=64, blank=True, help_text="Keyed hash of class, roll and name; empty of a cell."
    )
    child = models.ForeignKey(
        Child, null=True, blank=True, on_delete=models.CASCADE, related_name="row_decisions"
    )
    page = models.ForeignKey(
        RegisterPage, null=True, blank=True, on_delete=models.CASCADE, related_name="decisions"
    )
    before = PackedField(null=True, help_text="31 marks; null when she was not on the page.")
    after = PackedField(null=True, help_text="31 marks as the decision left them.")
    undo = SealedJSONField(null=True, help_text="What else stood before it, to give it back.")
    enrolled = models.BooleanField(default=False, help_text="The child was enrolled by it.")
    is_remembered = models.BooleanField(default=True)
    decided_by = models.CharField(max_length=64)
    decided_at = models.DateTimeField()

    class Privacy:
        retention = Retention(keep=school_years(0), since=("decided_at",), after="it was decided")
        OPEN = ("id", "district", "page", "is_remembered", "decided_at")
        PERSONAL = ("problem", "row_tag", "child", "enrolled", "decided_by")
        SENSITIVE = ("before", "after", "undo")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["row_tag"],
                condition=Q(is_remembered=True) & ~Q(row_tag=""),
                name="row_decision_remembered_once",
            )
        ]


class FormReading(models.Model):
    """How a school's form is read, as a person answered: what x means in it, which date comes first.

    The form is known by its headings, so that next month's register of it is not asked about again.
    What somebody answered who may not send the registers of the whole school holds for her class only.
    """

    # Among the answers: those that hold for one class, by its name ("6/A").
    OF_CLASSES = "classes"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16)
    school = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="form_readings")
    form = models.CharField(max_length=24, help_text="Fingerprint of the headings.")
    answers = SealedJSONField(help_text="The choice made, by the key of its question.")
    answered_by = models.CharField(max_length=64)
    answered_at = models.DateTimeField()

    class Privacy:
        retention = Retention(keep=school_years(2), since=("answered_at",), after="it was answered")
        OPEN = ("id", "district", "school", "form", "answered_at")
        PERSONAL = ("answers", "answered_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "form"], name="form_reading_once_a_school")
        ]

    def answers_for(self, classes: set[str]) -> dict[str, str]:
        """What was answered for a register of these classes: of one, what holds for it alone too."""
        held = dict(self.answers or {})
        of_classes = held.pop(self.OF_CLASSES, {})
        return held | (of_classes.get(*classes, {}) if len(classes) == 1 else {})


class MissingPupil(HasAccess, models.Model):
    """A pupil of a class whom its register leaves out: where is she?"""

    MOVES = MISSING_PUPIL_MOVES

    class State(models.TextChoices):
        WAITING = "waiting"
        BACK = "back"  # a register names her again
        SETTLED = "settled"

    class Said(models.TextChoices):
        TRANSFERRED = "transferred"
        NAME_CUT = "name_cut"
        LEFT_OUT = "left_out"
        OTHER_NAME = "other_name"
        OTHER = "other"

    id = models.UUIDField(primary_key=True, default=new_random_id, editable=False)
    district = models.CharField(max_length=16)
    class_section = models.ForeignKey(
        ClassSection, on_delete=models.CASCADE, related_name="missing_pupils"
    )
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="missing_pupils")
    month = models.DateField(help_text="First day of the first month that does not name her.")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    said = SealedTextField(default="", help_text="What the teacher said of it, a code.")
    noted_by = models.CharField(max_length=64)
    noted_at = models.DateTimeField()
    settled_by = models.CharField(max_length=64, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    answer = SealedTextField(default="", help_text="What the coordinator found out.")
    ground = SealedTextField(
        null=True, blank=True, help_text="How it is known, a code of `rules/ends.py`."
    )
    covered_until_on = models.DateField(
        null=True, blank=True, help_text="The last day for which the answer speaks."
    )

    class Privacy:
        retention = Retention(
            keep=school_years(0),
            since=("noted_at", "settled_at"),
            after="it was settled",
            only=~Q(state="waiting"),
            stays="one that waits for an answer stays",
        )
        OPEN = ("id", "district", "class_section", "month", "noted_at")
        PERSONAL = ("child", "state", "noted_by", "settled_by", "settled_at", "covered_until_on")
        SENSITIVE = ("said", "answer", "ground")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["class_section", "child"],
                condition=Q(state="waiting"),
                name="missing_pupil_waiting_once",
            )
        ]

    class Access:
        """Where her class stands; her own family has no part in it."""

        part_of = "class_section"
        kin = "child__household__kinships__user_id"
