"""Sending the messages that were made: after their transaction, each at its time, again when it fails.

A message is marked as being sent, and that is committed, before it leaves; then it is marked as sent.
A process that is killed between the two leaves it marked, and after ten minutes it is sent again: one
message may then come twice. In no other case does one leave twice.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from aanchal.access.models import User
from aanchal.access.queries import actor_for
from aanchal.cases.models import Concern
from aanchal.watch.models import Flag, Visit

from . import channels, wording
from .models import Contact, Ladder, Message
from .queries.inbox import count_waiting
from .queries.ladders import OUTSIDE, reference_of
from .rules.quiet import again_after

# Longer than any channel takes; then its sender is taken for dead.
LEASE = timedelta(minutes=10)
MAX_AT_ONCE = 200
KEPT = timedelta(days=30)

log = logging.getLogger("aanchal.notices")


@dataclass(frozen=True)
class Sent:
    """What a round of sending did."""

    sent: int = 0
    not_needed: int = 0
    failed: int = 0


def send_due(*, at: datetime) -> Sent:
    """Send every message whose time has come; returns what came of it."""
    sent = not_needed = failed = 0
    for _turn in range(MAX_AT_ONCE):
        message = _claim(at)
        if message is None:
            break
        said = _say(message, at=at)
        if said is None:
            _settle(message, Message.State.NOT_NEEDED, at=at)
            not_needed += 1
            continue
        address, subject, text = said
        try:
            channels.send(message.channel, to=address, subject=subject, text=text)
        except channels.NotSent as error:
            _try_again(message, at=at)
            log.warning("a notice could not be sent by %s (%s)", message.channel, error.args[0])
            failed += 1
        else:
            _settle(message, Message.State.SENT, at=at)
            sent += 1
    return Sent(sent, not_needed, failed)


def _claim(at: datetime) -> Message | None:
    with transaction.atomic():
        ready = Message.objects.filter(
            state__in=[Message.State.WAITING, Message.State.SENDING], try_at__lte=at
        ).order_by("try_at", "pk")
        skips = connection.features.has_select_for_update_skip_locked
        message = ready.select_for_update(skip_locked=skips).first()
        if message is None:
            return None
        message.state, message.try_at = Message.State.SENDING, at + LEASE
        message.tries += 1
        message.save(update_fields=["state", "try_at", "tries"])
        return message


def _say(message: Message, *, at: datetime) -> tuple[str, str, str] | None:
    """Address, subject and text; None when nothing waits any more or there is no way to her."""
    if message.recipient == OUTSIDE:
        asked = [
            reference_of(ladder)
            for ladder in Ladder.objects.filter(district=message.district)
            if ladder.story["outside"]
        ]
        office, language = settings.AANCHAL_OUTSIDE_OFFICE, settings.LANGUAGE_CODE
        if not asked or not office:
            return None
        text = wording.outside_text(sorted(asked), language=language)
        return office, wording.subject(language=language), text
    user = User.objects.filter(pk=message.recipient, is_active=True).first()
    contact = Contact.objects.filter(user=user).first() if user else None
    if user is None or contact is None:
        return None
    by_mail = message.channel == Message.Channel.EMAIL
    address = contact.email if by_mail else contact.phone
    confirmed = contact.email_confirmed_on if by_mail else contact.phone_confirmed_on
    count = count_waiting(actor_for(user, at=at), at=at) if address and confirmed else 0
    if not count:
        return None
    text = wording.waiting_text(count, language=user.language)
    return address, wording.subject(language=user.language), text


def _settle(message: Message, state: str, *, at: datetime) -> None:
    message.state, message.settled_on = state, timezone.localdate(at)
    message.save(update_fields=["state", "settled_on"])


def _try_again(message: Message, *, at: datetime) -> None:
    wait = again_after(message.tries)
    if wait is None:
        _settle(message, Message.State.FAILED, at=at)
        return
    message.state, message.try_at = Message.State.WAITING, at + wait
    message.save(update_fields=["state", "try_at"])


def forget_sent(*, at: datetime) -> int:
    """Delete messages that were settled long enough ago; returns how many."""
    before = timezone.localdate(at) - KEPT
    return Message.objects.filter(settled_on__lt=before).delete()[0]


def late_while_locked(*, at: datetime) -> int:
    """How many records are past their time, by their plain columns alone: for a locked site."""
    visits = Visit.objects.filter(state=Visit.State.ASSIGNED, due_at__lt=at).count()
    flags = Flag.objects.filter(state=Flag.State.OPEN, raised_at__lt=at - timedelta(days=2)).count()
    concerns = Concern.objects.filter(is_open=True, due_at__lt=at).count()
    return visits + flags + concerns


def tell_operator(*, at: datetime) -> bool:
    """Tell who runs the site that it is locked while something waits past its time.

    Who must act is sealed, so nobody else can be told. Called at most every two hours.

    Returns:
        Whether a message left.
    """
    late = late_while_locked(at=at)
    if not late:
        return False
    log.error("the site is locked, and something waits past its time: unlock it")
    contact = settings.AANCHAL_OPERATOR
    channel = "email" if channels.is_mail(contact) else "text"
    if not contact or channel not in channels.channels_open():
        return False
    language = settings.LANGUAGE_CODE
    try:
        channels.send(
            channel,
            to=contact,
            subject=wording.subject(language=language),
            text=wording.locked_text(language=language),
        )
    except channels.NotSent as error:
        log.warning("who runs the site could not be told (%s)", error.args[0])
        return False
    return True
