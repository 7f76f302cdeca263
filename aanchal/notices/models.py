"""What cannot be asked of the records themselves: who was told of a thing, and how people are reached.

Nothing here joins a person to a record in a copy of the database: who is told, of what, and whom a
message is for are sealed; keys are random; days stand where a time would join.
"""

from django.db import models

from aanchal.access.models import User
from aanchal.kernel.access import HasAccess
from aanchal.kernel.fields import (
    ReferenceTagField,
    SealedJSONField,
    SealedReferenceField,
    SealedTextField,
)
from aanchal.kernel.ids import new_id, new_random_id
from aanchal.kernel.retention import Retention, days, part_of


class LadderField(SealedJSONField):
    """Who was told at which step; its length does not say how many they were."""

    pad = 512


class Ladder(models.Model):
    """How far a thing that waits has been passed on. It goes when the thing waits no longer."""

    id = models.UUIDField(primary_key=True, default=new_random_id, editable=False)
    district = models.CharField(max_length=16, blank=True)
    thing = SealedReferenceField(help_text="Kind and key of what waits.")
    thing_tag = ReferenceTagField(of="thing")
    story = LadderField(default=dict, help_text="Steps done; who was told; who opened it, when.")
    is_above = models.BooleanField(
        default=False, help_text="Somebody who may not read it was told that something waits."
    )

    class Privacy:
        retention = Retention(
            of="the thing waits",
            by="notices.actions",
            because="it is deleted within the quarter hour",
        )
        OPEN = ("id", "district", "is_above")
        SENSITIVE = ("thing", "thing_tag", "story")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["district", "thing_tag"], name="ladder_once_a_thing")
        ]

    @classmethod
    def tag_of(cls, district: str, thing: str) -> str:
        """The tag under which a thing is kept."""
        return _tag(cls, "thing_tag", district, thing)


class Message(models.Model):
    """A message to one person or office: how many things wait, and the address of the site.

    Its text is made when it is sent, in the words of `notices/wording.py`; it is kept nowhere.
    """

    class Channel(models.TextChoices):
        EMAIL = "email"
        TEXT = "text"

    class State(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        SENT = "sent"
        NOT_NEEDED = "not_needed"  # nothing waited any more when its time came
        FAILED = "failed"  # tried as often as is sensible

    id = models.UUIDField(primary_key=True, default=new_random_id, editable=False)
    district = models.CharField(max_length=16, blank=True)
    recipient = SealedReferenceField(help_text="User, or the office outside or who runs the site.")
    recipient_tag = ReferenceTagField(of="recipient")
    channel = models.CharField(max_length=5, choices=Channel.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    try_at = models.DateTimeField(help_text="Not before; quiet hours and further tries move it.")
    made_on = models.DateField()
    settled_on = models.DateField(null=True, blank=True)

    class Privacy:
        retention = Retention(keep=days(30), since=("settled_on",), after="it was sent or given up")
        OPEN = ("id", "district", "channel", "state", "tries", "try_at", "made_on", "settled_on")
        SENSITIVE = ("recipient", "recipient_tag")

    class Meta:
        indexes = [
            models.Index(fields=["state", "try_at"], name="message_to_send"),
            models.Index(fields=["recipient_tag", "state"], name="message_by_recipient"),
        ]

    @classmethod
    def tag_of(cls, district: str, recipient: str) -> str:
        """The tag of a recipient."""
        return _tag(cls, "recipient_tag", district, recipient)


class Contact(HasAccess, models.Model):
    """How a person is reached, as she wrote it; used once she has typed the code that was sent."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.CharField(max_length=16, blank=True)
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="contact")
    email = SealedTextField(default="")
    phone = SealedTextField(default="", help_text="In international form, such as +919…")
    email_confirmed_on = models.DateField(null=True, blank=True)
    phone_confirmed_on = models.DateField(null=True, blank=True)
    email_code_hash = models.CharField(max_length=64, blank=True)
    phone_code_hash = models.CharField(max_length=64, blank=True)
    code_until_at = models.DateTimeField(null=True, blank=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    shows_phone = models.BooleanField(
        default=False, help_text="Those who send her on visits may see the number and call."
    )
    quiet_from = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Hour, 0–23.")
    quiet_until = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Hour, 0–23.")

    class Privacy:
        retention = part_of("user", "the account")
        OPEN = ("id", "district")
        PERSONAL = ("user", "email_confirmed_on", "phone_confirmed_on", "code_until_at")
        PERSONAL += ("code_tries", "shows_phone", "quiet_from", "quiet_until")
        SENSITIVE = ("email", "phone")
        SECRET = ("email_code_hash", "phone_code_hash")

    class Access:
        part_of = "user"


def _tag(model: type[models.Model], field: str, district: str, target: str) -> str:
    held = model._meta.get_field(field)
    assert isinstance(held, ReferenceTagField)
    return held.tag(district, target)
