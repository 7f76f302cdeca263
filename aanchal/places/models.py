"""One area tree, the bodies that stand in it, and the days they are open."""

from django.db import models

from aanchal.kernel.access import HasAccess
from aanchal.kernel.authz import district_of
from aanchal.kernel.ids import new_id
from aanchal.kernel.models import StoredFile
from aanchal.kernel.retention import Retention, part_of, stays, years

from .rules.stages import AREA_JOIN_MOVES, PLACE_FILE_MOVES, SUBDISTRICT_MOVES


def district_path(path: str) -> str:
    """The path of the district a place stands in ("IN/S10/D206/B1851" → "IN/S10/D206")."""
    return "/".join(path.split("/")[:3])


def block_path(path: str) -> str:
    """The path of the block a place stands in; the place's own where it stands above blocks."""
    return "/".join(path.split("/")[:4])


def code_of(path: str) -> str:
    """The last part of a path: the code by which its place is named where no name may stand."""
    return path.rsplit("/", 1)[-1]


class Area(HasAccess, models.Model):
    """A node of the one place tree."""

    class Level(models.TextChoices):
        COUNTRY = "country"
        STATE = "state"
        DISTRICT = "district"
        BLOCK = "block"
        PANCHAYAT = "panchayat"
        VILLAGE = "village"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    level = models.CharField(max_length=12, choices=Level.choices)
    name = models.CharField(max_length=150)
    local_name = models.CharField(max_length=150, blank=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    path = models.CharField(max_length=200, unique=True)
    joined_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="joined_from"
    )

    class Privacy:
        retention = stays("the place is known", "places have no end")
        OPEN = ("id", "level", "name", "local_name", "parent", "path", "joined_into")

    class Meta:
        indexes = [models.Index(fields=["parent", "name"], name="area_by_parent")]

    def __str__(self) -> str:
        return self.name

    @property
    def district(self) -> str:
        return district_of(self.path)

    class Access:
        area = "path"


class AreaCode(models.Model):
    """The code of an area in one system. Codes are unique within a system and level, never parsed."""

    class System(models.TextChoices):
        LGD = "lgd"
        LGD_SUBDISTRICT = "lgd_subdistrict"
        CENSUS_2011 = "census2011"
        UDISE = "udise"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="codes")
    system = models.CharField(max_length=16, choices=System.choices)
    level = models.CharField(max_length=12, choices=Area.Level.choices)
    code = models.CharField(max_length=24)
    assumed = models.BooleanField(
        default=False, help_text="Not in the file; taken by a found rule until the file says it."
    )

    class Privacy:
        retention = stays("the place is known", "places have no end")
        OPEN = ("id", "area", "system", "level", "code", "assumed")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "level", "code"], name="area_code_once")
        ]


class Subdistrict(HasAccess, models.Model):
    """An LGD sub-district: another way of naming a block, and never a node of the tree.

    Once it is known which block it is, its codes stand beside the block's own (`AreaCode`), and
    the villages that wait for it come in.
    """

    MOVES = SUBDISTRICT_MOVES

    class State(models.TextChoices):
        OPEN = "open"
        CONFIRMED = "confirmed"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=24, unique=True)
    census2011 = models.CharField(max_length=24, blank=True)
    name = models.CharField(max_length=150)
    local_name = models.CharField(max_length=150, blank=True)
    district_area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="subdistricts")
    block = models.ForeignKey(
        Area,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="subdistricts_of_block",
        help_text="The block proposed, or confirmed; none when no name is like it.",
    )
    likeness = models.FloatField(default=0)
    band = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=200, blank=True, help_text="English template.")
    rivals = models.JSONField(default=list, help_text="LGD codes of blocks nearly as alike.")
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    decided_by = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Privacy:
        retention = stays("the place is known", "places have no end")
        OPEN = ("id", "code", "census2011", "name", "local_name", "district_area", "block")
        OPEN += ("likeness", "band", "reason", "rivals", "state", "decided_at")
        PERSONAL = ("decided_by",)

    class Meta:
        indexes = [models.Index(fields=["state", "district_area"], name="subdistrict_open")]

    def __str__(self) -> str:
        return self.name

    class Access:
        part_of = "district_area"


class AreaJoin(HasAccess, models.Model):
    """A proposal that two nodes are one place, waiting for a person's word.

    `source` is the node that UDISE knows, `target` the one of LGD or the Census.
    """

    MOVES = AREA_JOIN_MOVES

    class State(models.TextChoices):
        PROPOSED = "proposed"
        CONFIRMED = "confirmed"
        REFUSED = "refused"
        SEPARATED = "separated"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="joins_from")
    target = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="joins_to")
    likeness = models.FloatField()
    band = models.CharField(max_length=12)
    reason = models.CharField(max_length=200, blank=True, help_text="English template.")
    params = models.JSONField(default=dict, help_text="Numbers for the reason.")
    rivals = models.JSONField(default=list, help_text="Codes of places nearly as alike.")
    source_name = models.CharField(max_length=150, blank=True, help_text="As UDISE writes it.")
    source_code = models.CharField(max_length=24, blank=True, help_text="UDISE's code.")
    state = models.CharField(max_length=12, choices=State.choices, default=State.PROPOSED)
    decided_by = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Privacy:
        retention = stays("the places are known", "places have no end")
        OPEN = ("id", "source", "target", "likeness", "band", "reason", "params", "rivals")
        OPEN += ("source_name", "source_code", "state", "decided_at")
        PERSONAL = ("decided_by",)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "target"], name="area_join_once"),
            models.UniqueConstraint(
                fields=["source"], condition=models.Q(state="confirmed"), name="area_joined_once"
            ),
        ]

    class Access:
        part_of = "target"


class Body(HasAccess, models.Model):
    """An institution or a committee, by identity only, so that grants and referrals can name it."""

    class Kind(models.TextChoices):
        SCHOOL = "school"
        POLICE = "police"
        CWC = "cwc"
        DCPU = "dcpu"
        DLSA = "dlsa"
        LABOUR = "labour"
        CCI = "cci"
        NGO = "ngo"
        COMMITTEE = "committee"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(max_length=200)
    local_name = models.CharField(max_length=200, blank=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="bodies")
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    position_doubtful = models.BooleanField(default=False)

    class Privacy:
        retention = stays(
            "the body exists, then five years", "no record says yet when a body ended"
        )
        OPEN = ("id", "kind", "name", "local_name", "area", "longitude", "latitude")
        OPEN += ("position_doubtful",)

    class Meta:
        indexes = [models.Index(fields=["area", "kind"], name="body_by_area")]

    def __str__(self) -> str:
        return self.name

    class Access:
        area = "area__path"
        body = "pk"


class School(models.Model):
    """What UDISE says of a body that is a school."""

    body = models.OneToOneField(
        Body, primary_key=True, on_delete=models.CASCADE, related_name="school"
    )
    udise = models.CharField(max_length=11, unique=True)
    category = models.CharField(max_length=4, blank=True)
    school_type = models.CharField(max_length=4, blank=True)
    management = models.CharField(max_length=4, blank=True)
    setting = models.CharField(max_length=4, blank=True, help_text="1 rural, 2 urban (UDISE).")
    pincode = models.CharField(max_length=6, blank=True)

    class Privacy:
        retention = part_of("body")
        OPEN = ("body", "udise", "category", "school_type", "management", "setting", "pincode")

    def __str__(self) -> str:
        return f"{self.body.name} ({self.udise})"


class PlaceFile(HasAccess, models.Model):
    """A published file of places or schools that was sent on the site, and what came of it."""

    MOVES = PLACE_FILE_MOVES

    class Kind(models.TextChoices):
        AREAS = "areas"
        SCHOOLS = "schools"

    class State(models.TextChoices):
        RECEIVED = "received"
        TAKING = "taking"
        TAKEN = "taken"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    area_path = models.CharField(max_length=200, help_text="Where its sender imports.")
    lines = models.PositiveIntegerField()
    line_reached = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RECEIVED)
    done = models.JSONField(default=dict, help_text="Counts, and the first problems by line.")
    received_by = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Privacy:
        retention = Retention(keep=years(1), since=("received_at",), after="it came")
        OPEN = ("id", "file", "kind", "area_path", "lines", "line_reached", "state", "done")
        OPEN += ("received_at", "settled_at")
        PERSONAL = ("received_by",)

    class Meta:
        indexes = [models.Index(fields=["area_path", "received_at"], name="place_file_by_area")]

    class Access:
        area = "area_path"


class SchoolCalendar(HasAccess, models.Model):
    """The weekly days off of one school, or of all schools of an area that have none of their own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    area = models.ForeignKey(
        Area, null=True, blank=True, on_delete=models.CASCADE, related_name="calendars"
    )
    body = models.OneToOneField(
        Body, null=True, blank=True, on_delete=models.CASCADE, related_name="calendar"
    )
    weekly_off = models.JSONField(default=list, help_text="ISO weekdays, Monday 1 to Sunday 7.")
    year_starts_in = models.PositiveSmallIntegerField(
        default=4, help_text="Month in which the school year begins."
    )
    source = models.CharField(max_length=200, blank=True)

    class Privacy:
        retention = stays("the school", "it tells of no person")
        OPEN = ("id", "area", "body", "weekly_off", "year_starts_in", "source")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(area__isnull=False, body__isnull=True)
                | models.Q(area__isnull=True, body__isnull=False),
                name="school_calendar_of_one",
            ),
            models.UniqueConstraint(
                fields=["area"],
                condition=models.Q(area__isnull=False),
                name="school_calendar_once_an_area",
            ),
        ]

    class Access:
        part_of = ("body", "area")


class Closure(models.Model):
    """Days on which the schools of a calendar are closed, both ends included."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday"
        VACATION = "vacation"
        CLOSED = "closed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    calendar = models.ForeignKey(SchoolCalendar, on_delete=models.CASCADE, related_name="closures")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.CharField(max_length=120, blank=True)
    first_on = models.DateField()
    last_on = models.DateField()
    source = models.CharField(max_length=200, blank=True)

    class Privacy:
        retention = part_of("calendar")
        OPEN = ("id", "calendar", "kind", "name", "first_on", "last_on", "source")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(first_on__lte=models.F("last_on")), name="closure_in_order"
            ),
            models.UniqueConstraint(
                fields=["calendar", "first_on", "last_on", "kind"], name="closure_once"
            ),
        ]
