"""Passing on what waits, noting who opened it, and how a person is reached."""

import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from aanchal.access.models import User
from aanchal.kernel.actions import use_case
from aanchal.kernel.allowances import Allowance, spend
from aanchal.kernel.audit import record
from aanchal.kernel.authz import ROOT, Actor, Scope, Scoped, require
from aanchal.kernel.errors import Invalid, NotAllowed, WrongState
from aanchal.kernel.sealing import keyed_hash
from aanchal.kernel.vocabulary import Permission

from .channels import channels_open
from .hand_overs import hand_overs
from .models import Contact, Ladder, Message
from .permissions import NoticePermission
from .queries.ladders import OUTSIDE, ladder_of, name_of
from .queries.people import Staff
from .queries.things import Thing, in_order, things
from .rules.climbing import Around, Story, climb, story_of
from .rules.hand_overs import Circle, steps_reached
from .rules.quiet import not_before, read_hours
from .verbs import NoticeVerb

# So that what is raised in one night, or by one register, is one message.
GATHERED = timedelta(minutes=15)
CODE_LASTS = timedelta(minutes=30)
MAX_CODE_TRIES = 5


@dataclass(frozen=True)
class Passed:
    """What a round did: people told now, messages made, people told whom no message reaches."""

    told: int
    messages: int
    unreached: int


@use_case
def pass_on(actor: Actor, *, at: datetime) -> Passed:
    """Tell whoever must act of what waits, and pass on what was not opened in its time.

    Who was told is kept a thing; what waits no longer is forgotten. Messages are only made here:
    they are sent after this is committed. Run twice at one moment it tells nobody twice.

    Raises:
        NotAllowed: the actor is not Aanchal itself.
        Locked: the keyring is locked; nothing can be known of what is sealed.
    """
    require(actor, NoticePermission.NOTICE_PASS_ON, Scope(area_path=ROOT))
    staff = Staff(at=at)
    held = {(x.district, x.thing_tag): x for x in Ladder.objects.select_for_update()}
    waiting = in_order(things(at=at), at=at)
    in_hand = _in_hand(held.values())
    told: dict[str, bool] = {}  # user → whether something urgent is among it
    outside: set[str] = set()
    made, changed = [], []
    for thing in waiting:
        name = name_of(thing.kind, thing.key)
        key = thing.scope.district, Ladder.tag_of(thing.scope.district, name)
        ladder = held.pop(key, None)
        story = story_of(ladder.story if ladder else None, since=thing.since)
        before = story.as_plain() | {"told": dict(story.told)}
        was_outside = story.outside
        for user in _climb(thing, story, staff, in_hand, at=at):
            told[user] = told.get(user, False) or _is_urgent(thing)
            in_hand[user] += 1
        if story.outside and not was_outside:
            outside.add(thing.scope.district)
        if ladder is None and story.steps:
            made.append(
                Ladder(
                    district=thing.scope.district,
                    thing=name,
                    story=story.as_plain(),
                    is_above=story.is_above(),
                )
            )
        elif ladder is not None and story.as_plain() != before:
            ladder.story, ladder.is_above = story.as_plain(), story.is_above()
            changed.append(ladder)
    secrets.SystemRandom().shuffle(made)  # the order of rows is not the order in which they came
    Ladder.objects.bulk_create(made, batch_size=200)
    for ladder in changed:
        ladder.save(update_fields=["story", "is_above"])
    gone = [ladder.pk for ladder in held.values()]
    for start in range(0, len(gone), 500):
        Ladder.objects.filter(pk__in=gone[start : start + 500]).delete()
    messages, unreached = _make_messages(told, outside, at=at)
    if told or outside:
        record(
            actor, NoticeVerb.NOTICES_PASSED_ON, None, scope=Scope(area_path=ROOT),
            people=len(told), outside=len(outside), unreached=unreached,
        )  # fmt: skip
    return Passed(len(told), messages, unreached)


def _is_urgent(thing: Thing) -> bool:
    return thing.is_urgent or thing.row.is_urgent


def _in_hand(held: Iterable[Ladder]) -> Counter[str]:
    found: Counter[str] = Counter()
    for ladder in held:
        found.update(
            user
            for user, circle in ladder.story.get("told", {}).items()
            if circle in (Circle.NEAREST, Circle.ANOTHER, Circle.HOLDER)
        )
    return found


def _climb(
    thing: Thing, story: Story, staff: Staff, in_hand: Counter[str], *, at: datetime
) -> list[str]:
    steps = thing.row.ladder(urgent=thing.is_urgent)
    reached = steps_reached(thing.times(opened=story.first_opened()), at=at)
    around = Around(
        holder=thing.holder if thing.holder and staff.may_hold(thing.holder, thing) else "",
        may_act=staff.may_act(thing, in_hand=in_hand),
        coordinators=staff.coordinators(thing.scope),
        district=staff.coordinators(thing.scope, of_district=True),
    )
    return climb(story, steps, reached=reached, around=around)


def _make_messages(
    told: dict[str, bool], outside: Iterable[str], *, at: datetime
) -> tuple[int, int]:
    """One message a person and channel, however much waits for her; returns messages, unreached."""
    open_channels = channels_open()
    contacts = {str(c.user_id): c for c in Contact.objects.filter(user__in=list(told))}
    waits = {
        (m.recipient_tag, m.channel): m
        for m in Message.objects.filter(state=Message.State.WAITING).select_for_update()
    }
    made: list[Message] = []
    unreached = 0
    for user, urgent in told.items():
        contact = contacts.get(user)
        ways = [c for c in ways_to(contact, urgent=urgent) if c in open_channels]
        unreached += not ways
        for channel in ways:
            made += _message(user, "", channel, waits, try_at=_try_at(contact, urgent, at), at=at)
    for district in sorted(outside):
        office = settings.AANCHAL_OUTSIDE_OFFICE
        channel = Message.Channel.EMAIL if "@" in office else Message.Channel.TEXT
        if office and channel in open_channels:
            made += _message(OUTSIDE, district, channel, waits, try_at=at, at=at)
    secrets.SystemRandom().shuffle(made)
    Message.objects.bulk_create(made)
    return len(made), unreached


def ways_to(contact: Contact | None, *, urgent: bool) -> list[str]:
    """The channels by which a person is told: a text where there is a number; both when urgent."""
    if contact is None:
        return []
    ways = []
    if contact.phone_confirmed_on:
        ways.append(Message.Channel.TEXT.value)
    if contact.email_confirmed_on and (urgent or not ways):
        ways.append(Message.Channel.EMAIL.value)
    return ways


def _try_at(contact: Contact | None, urgent: bool, at: datetime) -> datetime:
    hours = office_quiet_hours()
    if contact and contact.quiet_from is not None and contact.quiet_until is not None:
        hours = contact.quiet_from, contact.quiet_until
    start = at if urgent else at + GATHERED
    return not_before(timezone.localtime(start), hours, urgent=urgent)


def office_quiet_hours() -> tuple[int, int] | None:
    """The quiet hours of the office; none when the setting cannot be understood (the doctor says so)."""
    try:
        return read_hours(settings.AANCHAL_QUIET_HOURS)
    except ValueError:
        return None


def _message(
    recipient: str,
    district: str,
    channel: str,
    waits: dict[tuple[str, str], Message],
    *,
    try_at: datetime,
    at: datetime,
) -> list[Message]:
    message = Message(
        district=district,
        recipient=recipient,
        channel=channel,
        try_at=try_at,
        made_on=timezone.localdate(at),
    )
    known = waits.get((Message.tag_of(district, recipient), channel))
    if known is None:
        return [message]
    if known.try_at > try_at:
        known.try_at = try_at
        known.save(update_fields=["try_at"])
    return []


@use_case
def note_opened(actor: Actor, *, kind: str, of: Scoped, key: str, at: datetime) -> bool:
    """Note that one who was told of a thing has opened it; returns whether that was news.

    Args:
        kind: key of its hand-over, such as "concern.new".
        of: the record itself.
        key: its primary key, as text.

    Raises:
        NotAllowed: the actor may not act on it.
    """
    scope = of.scope()
    require(actor, Permission.named(hand_overs()[kind].permission), scope)
    ladder = ladder_of(kind, key, district=scope.district, lock=True)
    if ladder is None:
        return False
    story = dict(ladder.story)
    if actor.user_id not in story["told"] or actor.user_id in story["opened"]:
        return False
    story["opened"] = {**story["opened"], actor.user_id: int(at.timestamp())}
    ladder.story = story
    ladder.save(update_fields=["story"])
    # Of what is in no event: a time beside a name would join the two.
    record(actor, NoticeVerb.NOTICE_OPENED, None, scope=Scope(area_path=ROOT))
    return True


# --- how a person is reached ---


@use_case
def set_contact(
    actor: Actor,
    *,
    user: User,
    email: str,
    phone: str,
    shows_phone: bool,
    quiet: tuple[int, int] | None,
    at: datetime,
) -> Contact:
    """Keep how a person wishes to be reached; a new number or address must be confirmed anew.

    Args:
        phone: with or without its country; one without is of India.
        quiet: first and last hour of her own quiet hours; None for those of the office.

    Raises:
        NotAllowed: somebody else's account.
        Invalid: what is no e-mail address, phone number or hour.
    """
    _own(actor, user)
    email, phone = _read_email(email), read_phone(phone)
    if quiet is not None and not all(0 <= hour <= 23 for hour in quiet):
        raise Invalid(_("An hour is a number from 0 to 23."), field="quiet_from")
    contact = Contact.objects.select_for_update().filter(user=user).first() or Contact(user=user)
    if contact.email != email:
        contact.email, contact.email_confirmed_on, contact.email_code_hash = email, None, ""
    if contact.phone != phone:
        contact.phone, contact.phone_confirmed_on, contact.phone_code_hash = phone, None, ""
    contact.shows_phone = shows_phone and bool(phone)
    contact.quiet_from, contact.quiet_until = quiet if quiet else (None, None)
    contact.save()
    record(actor, NoticeVerb.CONTACT_CHANGED, user, scope=user.scope())
    return contact


# Nobody is to be bombarded with codes, whoever types her number, and no bill is to be run up.
A_MINUTE = Allowance(
    "contact code a minute", 1, timedelta(minutes=1),
    _("A code was sent just now. Wait a minute before the next."),
)  # fmt: skip
A_DAY = Allowance(
    "contact codes a day", 5, timedelta(days=1),
    _("Five codes were sent today. Try again tomorrow, or ask your coordinator."),
)  # fmt: skip
# More than twice what one person is sent: whoever types a number that is not hers does not use up
# what its owner needs.
AN_ADDRESS = Allowance(
    "contact codes to an address", 12, timedelta(days=1),
    _("Enough codes were sent to this number or address today. Try again tomorrow."),
)  # fmt: skip
THE_SITE = Allowance(
    "contact codes of the site", 200, timedelta(hours=1),
    _("Very many codes were sent in this hour. Try again in an hour."),
)  # fmt: skip


@use_case
def make_contact_code(actor: Actor, *, user: User, channel: str, at: datetime) -> str:
    """Make the code that is sent to a new address or number; only its keyed hash is kept.

    Raises:
        NotAllowed: somebody else's account.
        WrongState: there is nothing to confirm.
        TooMany: one was sent a minute ago, or enough were sent today.
    """
    _own(actor, user)
    contact = Contact.objects.select_for_update().filter(user=user).first()
    to = getattr(contact, "email" if channel == "email" else "phone", "")
    if contact is None or not to:
        raise WrongState
    spend(
        (A_MINUTE, actor.user_id),
        (A_DAY, actor.user_id),
        (AN_ADDRESS, f"{channel}|{to.casefold()}"),
        (THE_SITE, ""),
        at=at,
    )
    code = f"{secrets.randbelow(10**6):06d}"
    field = "email_code_hash" if channel == "email" else "phone_code_hash"
    setattr(contact, field, _code_hash(contact, channel, code))
    # One code at a time: tries are counted together, and a code sent to her own address must not
    # give more tries at a number that is not hers.
    other = "phone_code_hash" if channel == "email" else "email_code_hash"
    setattr(contact, other, "")
    contact.code_until_at, contact.code_tries = at + CODE_LASTS, 0
    contact.save(update_fields=[field, other, "code_until_at", "code_tries"])
    record(actor, NoticeVerb.CONTACT_CHANGED, user, scope=user.scope(), fields=["code"])
    return code


@use_case
def confirm_contact(actor: Actor, *, user: User, channel: str, code: str, at: datetime) -> bool:
    """Confirm an address or a number by the code that came there; returns whether it was right.

    After some wrong codes, or half an hour, a new one must be sent. A wrong code is counted, so it
    is an answer and no error.

    Raises:
        NotAllowed: somebody else's account.
        WrongState: no code was sent, it is too old, or it was tried too often.
    """
    _own(actor, user)
    contact = Contact.objects.select_for_update().filter(user=user).first()
    field = "email_code_hash" if channel == "email" else "phone_code_hash"
    held = getattr(contact, field, "")
    if contact is None or not held or (contact.code_until_at or at) <= at:
        raise WrongState(_("This code is too old. Let a new one be sent."))
    if contact.code_tries >= MAX_CODE_TRIES:
        raise WrongState(_("This code was tried too often. Let a new one be sent."))
    contact.code_tries += 1
    given = "".join(c for c in code if c.isdigit())
    right = constant_time_compare(held, _code_hash(contact, channel, given))
    if right:
        setattr(contact, field, "")
        day = "email_confirmed_on" if channel == "email" else "phone_confirmed_on"
        setattr(contact, day, timezone.localdate(at))
    contact.save()
    record(actor, NoticeVerb.CONTACT_CONFIRMED, user, scope=user.scope(), right=right)
    return right


def _own(actor: Actor, user: User) -> None:
    if actor.user_id != str(user.pk):
        raise NotAllowed


def _code_hash(contact: Contact, channel: str, code: str) -> str:
    return keyed_hash(f"{contact.pk}|{channel}|{code}", purpose="notices/code")


def _read_email(text: str) -> str:
    text = text.strip()
    if text:
        try:
            validate_email(text)
        except ValidationError:
            raise Invalid(_("This is no e-mail address."), field="email") from None
    return text


def read_phone(text: str) -> str:
    """A phone number in international form; "" for none.

    Raises:
        Invalid: it cannot be a number.
    """
    if not text.strip():
        return ""
    try:
        number = phonenumbers.parse(text, "IN")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise Invalid(_("This is no phone number."), field="phone")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
