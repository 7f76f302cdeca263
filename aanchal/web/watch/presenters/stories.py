"""The story of a question: the end, the visits, and the question itself, newest first."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aanchal.watch.findings import is_given_on, vocabulary
from aanchal.watch.models import Flag, LateFinding, Reopening, Visit
from aanchal.watch.queries.flags import late_findings_of, reopenings_of

from .cards import OUTCOMES, finding_word

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
    return people + [x for r in reopenings_of(held) for x in (r.reopened_by, r.was["recorded_by"])]


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
    told += [_reopened_told(r, names) for r in reopenings_of(held)]
    told += [_visit_told(v) for v in visits]
    told += [event for v in visits for event in _corrections_told(v)]
    told += [late_told(late) for late in late_findings_of(visits)]
    if held.withdrawn_at is not None:
        told.append((held.withdrawn_at, _("Withdrawn"), _("The marks were corrected.")))
    late = (timezone.localdate(held.register_received_at) - held.signal_on).days > LATE_DAYS
    day = date_format(timezone.localtime(held.register_received_at), "j M")
    said = _("The register came late, on %(day)s.") % {"day": day} if late else ""
    told.append((held.raised_at, _("The register raised the question"), said))
    return told


def _reopened_told(reopening: Reopening, names: dict[str, str]) -> tuple[datetime, str, str]:
    was = OUTCOMES.get(reopening.was["kind"], "")
    by_correction = not reopening.because
    text = [
        _("What the visit had found was put right after the end.") if by_correction else "",
        names.get(reopening.reopened_by, ""),
        f"“{reopening.because}”" if reopening.because else "",
        _("It had ended: %(how)s") % {"how": was},
        names.get(reopening.was["recorded_by"], ""),
    ]
    # Of one that a correction opened the row says the day only.
    moment = reopening.was.get("reopened_at")
    when = datetime.fromisoformat(moment) if moment else reopening.reopened_at
    return when, _("Opened again"), " · ".join(filter(None, text))


def _visit_told(visit: Visit) -> tuple[datetime, str, str]:
    finding = getattr(visit, "finding", None)
    when = finding.recorded_at if finding is not None else visit.handed_back_at or visit.assigned_at
    text = [visit.volunteer.get_full_name()]
    if visit.second is not None:
        text.append(_("with %(name)s") % {"name": visit.second.get_full_name()})
    elif visit.two_go:
        text.append(_("with somebody whom the sender asked"))
    if visit.state == Visit.State.ASSIGNED:
        day = date_format(timezone.localtime(visit.due_at), "j M")
        text.append(_("due %(day)s") % {"day": day})
    if finding is not None:
        text += _found_words(
            finding.kind, finding.child_seen, finding.next_step, finding.note, finding.whom_met
        )
    title = str(STATES[Visit.State(visit.state)])
    if visit.handed_back_because == Visit.HandedBack.UNSAFE:
        title = _("Given back: did not feel safe")
    elif visit.second_left_because == Visit.HandedBack.UNSAFE:
        title = _("Given back: she who was to go along did not feel safe")
    elif visit.handed_back_because == Visit.HandedBack.SECOND:
        title = _("Given back: she who was to go along does not go")
    return when, title, " · ".join(filter(None, text))


def _found_words(
    kind: str, child_seen: bool, next_step: str, note: str, whom_met: str
) -> list[str]:
    """What a visit found, in words; of a danger only who has it now."""
    if is_given_on(kind):
        # What was told of a danger is the concern's, and the concern may be sealed.
        return [finding_word(kind)]
    words = vocabulary()
    step = words.next_steps.get(next_step)
    met = words.met.get(whom_met)
    return [
        finding_word(kind),
        _("met: %(who)s") % {"who": _(met)} if met else "",
        _("child seen") if child_seen else _("child not seen"),
        _(step.label) if step else "",
        f"“{note}”" if note else "",
    ]


def _corrections_told(visit: Visit) -> list[Told]:
    """When the volunteer put right what she had written, and what it had said."""
    finding = getattr(visit, "finding", None)
    told = []
    for before in (finding.earlier or ()) if finding is not None else ():
        said = _found_words(
            before["kind"],
            before["child_seen"],
            before.get("next_step", ""),
            before["note"],
            before["whom_met"],
        )
        how = _("It had said: %(what)s") % {"what": " · ".join(filter(None, said))}
        text = " · ".join((visit.volunteer.get_full_name(), how))
        told.append((datetime.fromisoformat(before["until"]), _("Put right"), text))
    return told


def late_told(late: LateFinding) -> Told:
    """What a volunteer sent of a visit that was no longer hers, as one event of the story."""
    day = date_format(late.visited_on, "j M") if late.visited_on else ""
    text = [
        late.visit.volunteer.get_full_name(),
        _("she went on %(day)s") % {"day": day} if day else "",
        *_found_words(late.kind, late.child_seen, late.next_step, late.note, late.whom_met),
        "" if late.read_at else _("nobody has read it yet"),
    ]
    return (
        late.sent_at,
        _("Sent after the visit was taken back or given back"),
        " · ".join(filter(None, text)),
    )
