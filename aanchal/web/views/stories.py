"""The story of a question: the end, the visits, and the question itself, newest first."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aanchal.attendance.findings import is_given_on, vocabulary
from aanchal.attendance.models import Flag, Reopening, Visit

from .cards import (
    OUTCOMES,
    finding_word,
)

# A register that came later than this after the signal is said to be late.
LATE_DAYS = 7


STATES = {
    Visit.State.ASSIGNED: gettext_lazy("Sent"),
    Visit.State.RECORDED: gettext_lazy("Visited"),
    Visit.State.HANDED_BACK: gettext_lazy("Given back: another must go"),
    Visit.State.CANCELLED: gettext_lazy("Taken back"),
}


def people_of_story(held: Flag) -> list[str]:
    """The ids of those whom the story of a question names, apart from its volunteers."""
    outcome = getattr(held, "outcome", None)
    people = [outcome.recorded_by] if outcome else []
    return people + [
        x for r in held.reopenings.all() for x in (r.reopened_by, r.was["recorded_by"])
    ]


Told = tuple[datetime, str, str]


def story_shown(told: list[Told]) -> list[dict[str, str]]:
    """Events as their component takes them, newest first."""
    return [
        {"when": date_format(timezone.localtime(when), "j M, H:i"), "title": title, "text": text}
        for when, title, text in sorted(told, key=lambda x: x[0], reverse=True)
    ]


def story_told(held: Flag, visits: list[Visit], names: dict[str, str]) -> list[Told]:
    """When, what and by whom: the end of a question, its visits, and the question itself."""
    outcome = getattr(held, "outcome", None)
    told: list[Told] = []
    if outcome is not None:
        since = _("since %(day)s") % {"day": date_format(outcome.since_on, "j M Y")}
        by = names.get(outcome.recorded_by, "")
        title = str(OUTCOMES[outcome.kind])
        said = f"“{outcome.note}”" if outcome.note else ""
        told.append((outcome.recorded_at, title, " · ".join(filter(None, (since, by, said)))))
    told += [_reopened_told(r, names) for r in held.reopenings.all()]
    told += [_visit_told(v) for v in visits]
    if held.withdrawn_at is not None:
        told.append((held.withdrawn_at, _("Withdrawn"), _("The marks were corrected.")))
    late = (timezone.localdate(held.register_received_at) - held.signal_on).days > LATE_DAYS
    day = date_format(timezone.localtime(held.register_received_at), "j M")
    said = _("The register came late, on %(day)s.") % {"day": day} if late else ""
    told.append((held.raised_at, _("The register raised the question"), said))
    return told


def _reopened_told(reopening: Reopening, names: dict[str, str]) -> tuple[datetime, str, str]:
    was = OUTCOMES.get(reopening.was["kind"], "")
    text = [
        names.get(reopening.reopened_by, ""),
        f"“{reopening.because}”",
        _("It had ended: %(how)s") % {"how": was},
        names.get(reopening.was["recorded_by"], ""),
    ]
    return reopening.reopened_at, _("Opened again"), " · ".join(filter(None, text))


def _visit_told(visit: Visit) -> tuple[datetime, str, str]:
    finding = getattr(visit, "finding", None)
    when = finding.recorded_at if finding is not None else visit.handed_back_at or visit.assigned_at
    text = [visit.volunteer.get_full_name()]
    if visit.state == Visit.State.ASSIGNED:
        day = date_format(timezone.localtime(visit.due_at), "j M")
        text.append(_("due %(day)s") % {"day": day})
    if finding is not None:
        text.append(finding_word(finding.kind))
    # What was told of a danger is the concern's, and the concern may be sealed.
    if finding is not None and not is_given_on(finding.kind):
        text.append(_("child seen") if finding.child_seen else _("child not seen"))
        step = vocabulary().next_steps.get(finding.next_step)
        text.append(_(step.label) if step else "")
        if finding.note:
            text.append(f"“{finding.note}”")
    return when, str(STATES[Visit.State(visit.state)]), " · ".join(filter(None, text))
