"""What the doctor says of notices: ways out, messages that did not leave, how much waits too long.

Counts only, by kind. Of concerns those alone are counted that are not sealed: that a sealed one waits
is for its team to know.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aanchal.access.queries import live_grants
from aanchal.access.roles import Role
from aanchal.kernel.authz import covers
from aanchal.kernel.health import Check, State, further
from aanchal.kernel.models import ScheduledRun
from aanchal.people.queries import places_of_children
from aanchal.places.models import block_path, code_of

from .channels import channels_open
from .models import Contact, Message
from .queries.things import Thing, things
from .rules.quiet import read_hours

# A message that waits longer than this has been tried and has not left.
SLOW = timedelta(hours=1)
ROUND_EVERY = timedelta(minutes=20)

KINDS = {
    "concern": gettext_lazy("concerns"),
    "flag": gettext_lazy("questions"),
    "visit": gettext_lazy("visits"),
    "register_file": gettext_lazy("registers"),
    "correction": gettext_lazy("corrections"),
    "concern_correction": gettext_lazy("concerns"),
    "concern_mistake": gettext_lazy("concerns"),
    "concern_move": gettext_lazy("concerns"),
    "late_finding": gettext_lazy("visits"),
    "put_right": gettext_lazy("questions"),
    "visit_along": gettext_lazy("visits"),
    "withdrawal": gettext_lazy("questions"),
    "class_move": gettext_lazy("moves between classes"),
    "family_move": gettext_lazy("families that moved"),
    "kinship": gettext_lazy("words about somebody's family"),
    "unconfirmed_kinship": gettext_lazy("words about somebody's family"),
    "missing_pupil": gettext_lazy("pupils missing from their register"),
    "class_register": gettext_lazy("silent classes"),
    "grant": gettext_lazy("roles"),
    "invitation": gettext_lazy("invitations"),
    "credential_reset": gettext_lazy("new credentials"),
    "legal_hold": gettext_lazy("legal holds"),
}


@further
def notices(now: datetime) -> Iterator[Check]:
    """Whether messages can leave, and whether they did."""
    name = _("Notices")
    if not channels_open():
        yield Check(
            State.LOOK,
            name,
            _("no message leaves: people are told in the site only"),
            _("Set AANCHAL_SMTP_URL or AANCHAL_TEXT_GATEWAY_URL."),
        )
    try:
        read_hours(settings.AANCHAL_QUIET_HOURS)
    except ValueError:
        yield Check(
            State.BAD,
            name,
            _("the quiet hours are not understood, and there are none"),
            _("Write AANCHAL_QUIET_HOURS like 21-7."),
        )
    must = set(
        live_grants(at=now)
        .filter(role__in=[Role.COORDINATOR, Role.CASE_WORKER])
        .values_list("user_id", flat=True)
    )
    confirmed = Q(phone_confirmed_on__isnull=False) | Q(email_confirmed_on__isnull=False)
    reached = Contact.objects.filter(confirmed, user__in=must).count()
    if channels_open() and reached < len(must):
        yield Check(
            State.LOOK,
            name,
            _("%(n)d of %(all)d coordinators and case workers are told in the site only")
            % {"n": len(must) - reached, "all": len(must)},
            _("Ask them to write a number or an address: My account, How you are reached."),
        )
    unsent = Message.objects.filter(state=Message.State.FAILED)
    slow = Message.objects.filter(
        state__in=[Message.State.WAITING, Message.State.SENDING], tries__gt=0, try_at__lt=now + SLOW
    )
    failed, trying = unsent.count(), slow.count()
    if failed:
        first = unsent.order_by("settled_on").values_list("settled_on", flat=True)[0]
        yield Check(
            State.BAD,
            name,
            ngettext(
                "%(n)d message could not be sent, since %(day)s",
                "%(n)d messages could not be sent, the first on %(day)s",
                failed,
            )
            % {"n": failed, "day": date_format(first, "j M") if first else ""},
            _("Look at the mail server and the gateway; call those who must act."),
        )
    if trying:
        yield Check(
            State.LOOK,
            name,
            ngettext(
                "%(n)d message is being tried again", "%(n)d messages are being tried again", trying
            )
            % {"n": trying},
            _("Look at the mail server and the gateway."),
        )
    last = ScheduledRun.objects.filter(name="notices").order_by("-due_on", "-slot").first()
    if last is not None and last.finished_at and now - last.finished_at > ROUND_EVERY:
        at = timezone.localtime(last.finished_at)
        yield Check(
            State.BAD,
            name,
            _("nothing has been passed on since %(when)s") % {"when": date_format(at, "j M, H:i")},
            "aanchal serve  /  aanchal work",
        )
    if not failed and not trying and channels_open():
        yield Check(State.OK, name, _("every message has left"))


@further
def waiting_too_long(now: datetime) -> Iterator[Check]:
    """How much is past its time, by kind, and since when."""
    late = [t for t in things(at=now) if t.late_at() <= now and t.scope.team is None]
    name = _("Past its time")
    if not late:
        yield Check(State.OK, name, _("nothing waits past its time"))
        return
    counts = Counter(KINDS.get(_noun(t), _noun(t)) for t in late)
    first = timezone.localtime(min(t.since for t in late))
    yield Check(
        State.LOOK,
        name,
        _("%(what)s; the longest since %(day)s")
        % {
            "what": ", ".join(f"{n} {kind}" for kind, n in counts.most_common()),
            "day": date_format(first, "j M Y"),
        },
        _("Ask those who coordinate; each finds it in what waits for her."),
    )
    if not settings.AANCHAL_OUTSIDE_OFFICE:
        yield Check(
            State.LOOK,
            _("Office outside"),
            _("no office outside is named for what nobody here opens"),
            _("Set AANCHAL_OUTSIDE_OFFICE."),
        )


@further
def coordinators(now: datetime) -> Iterator[Check]:
    """Blocks with places of children in which nobody sends visits: no question is asked there."""
    paths = {g.area_path for g in live_grants(at=now).filter(role=Role.COORDINATOR)}
    here: dict[str, list[bool]] = {}
    for place in places_of_children():
        sends = any(covers(path, place) for path in paths)
        here.setdefault(block_path(place), []).append(sends)
    empty = [code_of(block) for block, sends in here.items() if not any(sends)]
    partly = [code_of(block) for block, sends in here.items() if any(sends) and not all(sends)]
    must = _("Invite a coordinator there: no child would be asked after.")
    if empty:
        yield Check(
            State.BAD,
            _("Coordinators"),
            ngettext(
                "nobody sends visits in %(count)d block (%(codes)s)",
                "nobody sends visits in %(count)d blocks (%(codes)s)",
                len(empty),
            )
            % {"count": len(empty), "codes": ", ".join(empty[:5])},
            must,
        )
    if partly:
        yield Check(
            State.BAD,
            _("Coordinators"),
            ngettext(
                "nobody sends visits in a part of %(count)d block (%(codes)s)",
                "nobody sends visits in a part of %(count)d blocks (%(codes)s)",
                len(partly),
            )
            % {"count": len(partly), "codes": ", ".join(partly[:5])},
            must,
        )


def _noun(thing: Thing) -> str:
    return thing.kind.split(".")[0]
