"""Children, their households and guardians, where they are enrolled, and consent."""

from django.db import models
from django.db.models import Q

from aanchal.access.models import User
from aanchal.kernel.access import HasAccess
from aanchal.kernel.fields import (
    ReferenceTagField,
    SealedJSONField,
    SealedReferenceField,
    SealedTextField,
)
from aanchal.kernel.ids import new_id, new_random_id
from aanchal.kernel.reading import note_when_read
from aanchal.kernel.retention import (
    Retention,
    Whichever,
    days,
    months,
    part_of,
    school_years,
    stays,
    years,
)
from aanchal.places.models import Area, Body

from .rules.stages import CLASS_MOVE_MOVES, HOUSEHOLD_JOIN_MOVES, KINSHIP_MOVES


class Household(models.Model):
    """People who live together. A child belongs to at most one household at a time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="households")
    hamlet = SealedTextField(null=True, help_text="Tola or para.")
    landmark = SealedTextField(null=True, help_text="What stands beside the house.")
    place_note = SealedTextField(default="", help_text="How to find the house.")

    class Privacy:
        retention = Retention(
            as_long_as="children",
            of="a child of it is kept",
            # Whoever is kin of a family is shut out by the word said of its first household.
            only=~Q(joins_out_of__state="joined")
            & ~Q(kinships__copies__household__children__isnull=False),
            stays="one that was joined into another lasts as long as that",
        )
        OPEN = ("id", "district")
        PERSONAL = ("area",)
        SENSITIVE = ("hamlet", "landmark", "place_note")


class Guardian(models.Model):
    """An adult who answers for the children of a household."""

    class Relation(models.TextChoices):
        MOTHER = "mother"
        FATHER = "father"
        GRANDPARENT = "grandparent"
        SIBLING = "sibling"
        RELATIVE = "relative"
        OTHER = "other"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16)
    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="guardians")
    relation = models.CharField(max_length=12, choices=Relation.choices)
    name = SealedTextField(default="")
    phone = SealedTextField(default="")

    class Privacy:
        retention = part_of("household")
        OPEN = ("id", "district")
        PERSONAL = ("household", "relation")
        SENSITIVE = ("name", "phone")


class Kinship(HasAccess, models.Model):
    """A person who works with us is kin of a household: she is excluded from its records.

    What somebody says of herself stands at once. What is said of another shuts her out at once too,
    and waits for a second person; a row that is refused, lapsed or taken back is deleted, and the
    audit keeps who said what. Of what was refused or lapsed `UnconfirmedKinship` tells who said it.
    """

    MOVES = KINSHIP_MOVES

    class State(models.TextChoices):
        WAITING = "waiting"  # said of another: a second person is asked whether it is so
        STANDS = "stands"
        LEAVING = "leaving"  # a second person is asked whether it was a mistake

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="kinships")
    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="kinships")
    recorded_by = SealedTextField(help_text="Who said it first.")
    recorded_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.STANDS)
    asked_by = SealedTextField(null=True, help_text="Who asked what waits for a second person.")
    asked_at = models.DateTimeField(null=True, blank=True)
    copy_of = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="copies",
        help_text="The word it follows, where one family has several households.",
    )

    class Privacy:
        retention = part_of("household")
        OPEN = ("id", "district", "recorded_at", "asked_at", "state")
        PERSONAL = ("user", "household", "copy_of")
        SENSITIVE = ("recorded_by", "asked_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "household"], name="kinship_once"),
            models.CheckConstraint(
                condition=Q(state="stands") | Q(asked_at__isnull=False),
                name="kinship_waits_since",
            ),
        ]
        indexes = [
            models.Index(fields=["asked_at"], condition=~Q(state="stands"), name="kinship_waiting")
        ]

    class Access:
        """Where a second person is asked: never whoever is kin of the household herself."""

        area = "household__area__path"
        kin = "household__kinships__user_id"


class UnconfirmedKinship(HasAccess, models.Model):
    """That what somebody said of a colleague's family was not confirmed; for her who said it alone.

    It names neither the colleague nor the family, and not who refused it.
    """

    id = models.UUIDField(primary_key=True, default=new_random_id, editable=False)
    district = models.CharField(max_length=16)
    ended_on = models.DateField()
    sayer = SealedReferenceField(to="access.User")
    sayer_tag = ReferenceTagField(of="sayer")
    said = SealedJSONField(help_text="On which day she said it, and the path of the village.")

    class Privacy:
        retention = Retention(
            keep=days(30),
            since=("ended_on",),
            after="it ended",
            because="or until she who said it has read it",
        )
        OPEN = ("id", "district", "ended_on")
        SENSITIVE = ("sayer", "sayer_tag", "said")

    class Meta:
        indexes = [models.Index(fields=["district", "sayer_tag"], name="unconfirmed_kinship_of")]

    class Access:
        area = "said__area"
        team = "sayer"
        sealed = True


class HouseholdJoin(HasAccess, models.Model):
    """Two households said to be one family: its children live in the one that is kept.

    What moved is remembered, so that it can be undone.
    """

    MOVES = HOUSEHOLD_JOIN_MOVES

    class State(models.TextChoices):
        JOINED = "joined"
        UNDONE = "undone"

    # Nothing in it tells when it was written.
    id = models.UUIDField(primary_key=True, default=new_random_id, editable=False)
    district = models.CharField(max_length=16)
    kept = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="joins_into")
    left = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="joins_out_of")
    state = models.CharField(max_length=6, choices=State.choices, default=State.JOINED)
    moved = SealedJSONField(help_text="Keys of the children and guardians that were the other's.")
    done = SealedJSONField(help_text="Who joined them and when; who undid it and when.")

    class Privacy:
        retention = part_of("kept", "the household")
        OPEN = ("id", "district", "state")
        PERSONAL = ("kept", "left")
        SENSITIVE = ("moved", "done")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["left"], condition=Q(state="joined"), name="household_joined_once"
            ),
            models.CheckConstraint(
                condition=~Q(kept=models.F("left")), name="household_join_of_two"
            ),
        ]

    class Access:
        """Where the family lives; whoever is kin of either household is shut out."""

        area = "kept__area__path"
        kin = ("kept__kinships__user_id", "left__kinships__user_id")


class Child(HasAccess, models.Model):
    """A child. Names are sealed; lists show the code."""

    class Sex(models.TextChoices):
        GIRL = "girl"
        BOY = "boy"
        OTHER = "other"
        NOT_SAID = ""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16)
    code = models.CharField(max_length=16, help_text="Spoken name of the record: K-0412.")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="children_here")
    area_is_assumed = models.BooleanField(default=False, help_text="Taken from the school's area.")
    household = models.ForeignKey(
        Household, null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    given_name = SealedTextField(default="")
    family_name = SealedTextField(default="")
    own_script_name = SealedTextField(default="")
    sex = models.CharField(max_length=8, choices=Sex.choices, blank=True)
    born_on = SealedTextField(default="", help_text="ISO date, when known.")
    age_years = models.PositiveSmallIntegerField(null=True, blank=True)
    age_estimated_on = models.DateField(null=True, blank=True)
    disability = SealedTextField(default="", help_text="Code of the kind, when told.")
    made_at = models.DateTimeField()

    class Privacy:
        retention = Retention(
            keep=school_years(3), since=("made_at",), after="the last mark", until_age=21
        )
        OPEN = ("id", "district", "made_at", "area_is_assumed")
        PERSONAL = ("code", "area", "household", "sex", "age_years", "age_estimated_on")
        SENSITIVE = ("given_name", "family_name", "own_script_name", "born_on", "disability")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["district", "code"], name="child_code_once"),
            models.CheckConstraint(
                condition=Q(age_years__isnull=True) | Q(age_estimated_on__isnull=False),
                name="child_age_has_its_date",
            ),
        ]
        indexes = [models.Index(fields=["area"], name="child_by_area")]

    def __str__(self) -> str:
        return self.code

    def kin(self) -> frozenset[str]:
        """User ids of kin, who are excluded from this child's records."""
        if self.household_id is None:
            return frozenset()
        household = self.household
        assert household is not None
        return frozenset(str(k.user_id) for k in household.kinships.all())

    class Access:
        area = "area__path"
        kin = "household__kinships__user_id"


# Whoever reads one of these while a page is made shows the child: one place, so no view forgets it.
note_when_read(Child, "code", "given_name", "family_name", "own_script_name", "born_on")


class NameBucket(models.Model):
    """A child among at least fifteen others whose names sound alike: how she is found by name."""

    # Nothing in it tells when it was written.
    id = models.UUIDField(primary_key=True, default=new_random_id, editable=False)
    district = models.CharField(max_length=16)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="name_buckets")
    bucket = models.CharField(max_length=16, help_text="Keyed hash of the sound, or of a pool.")

    class Privacy:
        retention = part_of("child")
        OPEN = ("id", "district")
        PERSONAL = ("child", "bucket")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bucket", "child"], name="name_bucket_once")]


class NameIndex(models.Model):
    """How a district's children are sorted into buckets by the sound of their names."""

    district = models.CharField(primary_key=True, max_length=16)
    key_version = models.PositiveSmallIntegerField()
    pools = models.PositiveIntegerField(default=1, help_text="Buckets that rare names share.")
    children = models.PositiveIntegerField(default=0, help_text="When it was last made.")
    added = models.PositiveIntegerField(default=0, help_text="Children added since.")
    is_whole = models.BooleanField(help_text="Every child of the district is in it.")
    made_at = models.DateTimeField()

    class Privacy:
        retention = stays("the district", "it tells of no child")
        OPEN = ("district", "key_version", "pools", "children", "added", "is_whole", "made_at")


class ChildCodeSeries(models.Model):
    """The last code number given in a district; locked while new ones are taken."""

    district = models.CharField(primary_key=True, max_length=16)
    last = models.PositiveIntegerField(default=0)

    class Privacy:
        retention = stays("the district", "it tells of no child")
        OPEN = ("district", "last")


class SchoolIdentifier(models.Model):
    """A number by which a school or state knows a child; findable by its keyed hash. Never Aadhaar."""

    class System(models.TextChoices):
        ADMISSION = "admission"
        STATE = "state"
        PEN = "pen"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="identifiers")
    system = models.CharField(max_length=12, choices=System.choices)
    issued_by = models.ForeignKey(Body, null=True, blank=True, on_delete=models.PROTECT)
    value = SealedTextField()
    value_hash = models.CharField(max_length=64)

    class Privacy:
        retention = part_of("child")
        OPEN = ("id", "district")
        PERSONAL = ("child", "system", "issued_by", "value_hash")
        SENSITIVE = ("value",)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["system", "issued_by", "value_hash"],
                name="identifier_once_an_issuer",
                nulls_distinct=False,
            )
        ]


class ClassSection(HasAccess, models.Model):
    """One class-section of one school for one school year."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16)
    school = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="class_sections")
    year = models.PositiveSmallIntegerField(help_text="Calendar year in which it begins.")
    grade = models.CharField(max_length=6)
    section = models.CharField(max_length=10, blank=True)

    class Privacy:
        retention = Retention(keep=school_years(3), since=("year",), after="its end")
        OPEN = ("id", "district", "school", "year", "grade", "section")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "year", "grade", "section"], name="class_section_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.grade}{self.section}"

    class Access:
        area = "school__area__path"
        body = "school_id"
        unit = ("grade", "section")


class Enrolment(models.Model):
    """A child in a class-section, from a day to a day."""

    class Ended(models.TextChoices):
        MOVED = "moved"
        PROMOTED = "promoted"
        NAME_CUT = "name_cut"
        LEFT = "left"
        MISTAKE = "mistake"  # she was never in it: enrolled in error, and undone

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="enrolments")
    class_section = models.ForeignKey(
        ClassSection, on_delete=models.PROTECT, related_name="enrolments"
    )
    roll_no = SealedTextField(help_text="At most 12 letters; may be empty.")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    ended_by = models.CharField(max_length=10, choices=Ended.choices, blank=True)

    class Privacy:
        retention = Retention(
            keep=school_years(3),
            since=("ends_on", "class_section__year"),
            whichever=Whichever.EARLIEST,
            after="its end",
        )
        OPEN = ("id", "district")
        PERSONAL = ("child", "class_section", "starts_on", "ends_on", "ended_by")
        SENSITIVE = ("roll_no",)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child", "class_section"],
                condition=Q(ends_on__isnull=True),
                name="enrolment_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__lte=models.F("ends_on")),
                name="enrolment_in_order",
            ),
        ]
        indexes = [models.Index(fields=["class_section", "ends_on"], name="enrolment_of_class")]


class ClassMove(HasAccess, models.Model):
    """A question: may this child be moved out of a class that is not the asker's?

    It waits for the head of the school she would leave, or the coordinator; until then she stays
    where she is.
    """

    MOVES = CLASS_MOVE_MOVES

    class State(models.TextChoices):
        WAITING = "waiting"
        AGREED = "agreed"
        REFUSED = "refused"
        TAKEN_BACK = "taken_back"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="class_moves")
    from_section = models.ForeignKey(
        ClassSection, null=True, blank=True, on_delete=models.PROTECT, related_name="moves_out"
    )
    to_section = models.ForeignKey(ClassSection, on_delete=models.PROTECT, related_name="moves_in")
    roll_no = SealedTextField(help_text="At most 12 letters; may be empty.")
    name_given = SealedTextField(default="", help_text="The name as the asker's list wrote it.")
    starts_on = models.DateField(help_text="The day from which the asker says she is there.")
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
        OPEN = ("id", "district", "to_section", "asked_at", "state", "settled_at")
        PERSONAL = ("child", "from_section", "starts_on", "asked_by", "settled_by")
        SENSITIVE = ("roll_no", "name_given", "answer")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child", "to_section"],
                condition=Q(state="waiting"),
                name="class_move_asked_once",
            )
        ]
        indexes = [models.Index(fields=["from_section", "state"], name="class_move_waiting")]

    class Access:
        """Where the yes is given: the whole school she would leave, without a class of it."""

        part_of = ("from_section__school", "child")
        district = "district"
        kin = "child__household__kinships__user_id"


class Consent(HasAccess, models.Model):
    """What a child or guardian agreed to, for one purpose; withdrawn, never deleted."""

    class Purpose(models.TextChoices):
        VISITS = "visits"
        SHARING = "sharing"
        CASE_STUDY = "case_study"

    class GivenBy(models.TextChoices):
        CHILD = "child"
        GUARDIAN = "guardian"
        CWC_ORDER = "cwc_order"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    given_by = models.CharField(max_length=10, choices=GivenBy.choices)
    given_on = models.DateField()
    note = SealedTextField(default="")
    number = SealedTextField(null=True, help_text="Of visits: the telephone that may be called.")
    recorded_by = models.CharField(max_length=64)
    withdrawn_on = models.DateField(null=True, blank=True)

    class Privacy:
        retention = part_of("child")
        OPEN = ("id", "district")
        PERSONAL = ("child", "purpose", "given_by", "given_on", "recorded_by", "withdrawn_on")
        SENSITIVE = ("note", "number")

    class Access:
        part_of = "child"


class RegisterAgreement(models.Model):
    """The order or agreement under which a school's registers may be used, and until when."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    area = models.ForeignKey(Area, null=True, blank=True, on_delete=models.PROTECT)
    body = models.ForeignKey(Body, null=True, blank=True, on_delete=models.PROTECT)
    order_no = models.CharField(max_length=120)
    made_with = models.CharField(max_length=200)
    starts_on = models.DateField()
    ends_on = models.DateField()
    recorded_by = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()

    class Privacy:
        retention = Retention(keep=years(8), since=("ends_on",), after="its end")
        OPEN = ("id", "area", "body", "order_no", "made_with", "starts_on", "ends_on")
        PERSONAL = ("recorded_by", "recorded_at")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(area__isnull=False, body__isnull=True)
                | Q(area__isnull=True, body__isnull=False),
                name="agreement_of_area_or_body",
            )
        ]


class ReadingDay(HasAccess, models.Model):
    """How many children a person was shown on one day, and whether that was unusual for her."""

    id = models.UUIDField(primary_key=True, default=new_random_id, editable=False)
    district = models.CharField(max_length=16)
    on = models.DateField()
    reader = SealedReferenceField(to="access.User")
    reader_tag = ReferenceTagField(of="reader")
    counts = SealedJSONField(help_text="Pages, children, outside her work, usual, why, her area.")
    answer = SealedJSONField(default=dict, help_text="Who looked at it, when, and what came of it.")

    class Privacy:
        retention = Retention(keep=months(3), since=("on",), after="the day")
        OPEN = ("id", "district", "on")
        SENSITIVE = ("reader", "reader_tag", "counts", "answer")

    class Meta:
        indexes = [models.Index(fields=["district", "on"], name="reading_day_here")]

    class Access:
        area = "counts__area"
        kin = "reader"
        sealed = True
