"""A concern's story, what was put right in it, and who saw it."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from aanchal.cases.closing import closing_reasons
from aanchal.cases.kinds import concern_kinds
from aanchal.cases.models import Concern
from aanchal.watch.findings import vocabulary

from .moving import places_of_story

# Lines of the story that the person whom they are about does not read.
ABOUT_ONE_NAMED = frozenset(
    {
        "shut_out",
        "named_again",
        "mistake_asked",
        "mistake_agreed",
        "mistake_refused",
        "mistake_lapsed",
    }
)


def source_sentence(held: Concern) -> str:
    """Out of what it was told, when that was a question about the child or her file."""
    if held.source_kind != "person" or held.child is None:
        return ""
    if held.question_id:
        return _("It was told by one who follows the question about this child:")
    return _("It was told out of this child's file.")


def put_right_lines(held: Concern) -> list[dict[str, Any]]:
    """What the volunteer wrote later in place of what was told, the last first."""
    labels = {kind.key: kind.label for kind in vocabulary().findings.values()}
    return [
        {
            "at": timezone.localtime(_moment(entry)),
            "found": _found_word(labels.get(entry["found"], "")),
            "is_danger": bool(entry["kind"]),
            "told": entry["told"],
            "seen": seen_lines(entry["seen"]),
        }
        for entry in reversed(held.corrections)
    ]


def _found_word(label: str) -> str:
    return _(label) if label else ""


def seen_lines(seen: dict[str, Any]) -> list[str]:
    """What the teller saw for herself, in sentences."""
    if not seen:
        return []
    found = []
    if day := seen.get("visited_on"):
        text = date_format(date.fromisoformat(day), "j M Y")
        found.append(_("She went on %(day)s.") % {"day": text})
    if met := vocabulary().met.get(seen.get("whom_met", "")):
        found.append(_("Whom she met: %(who)s.") % {"who": _(met)})
    if "child_seen" in seen:
        found.append(
            _("She saw the child.") if seen["child_seen"] else _("She did not see the child.")
        )
    return found


def concern_story(held: Concern, names: dict[str, str], *, reader: str) -> list[dict[str, str]]:
    """Who told, who took it up, who was called, what was noted; newest first."""
    events: list[tuple[datetime, str, str]] = []
    title = _("Told after a visit") if held.source_kind == "visit" else _("Told")
    if held.question_id:
        title = _("Told out of a question of the watch")
    events.append((held.raised_at, title, names.get(held.raised_by, "")))
    if held.taken_up_at is not None:
        events.append((held.taken_up_at, _("Taken up"), names.get(held.taken_up_by, "")))
    lines = {x.number: _(x.name) for k in concern_kinds().values() for x in k.call}
    for call in held.calls:
        answered = _("they answered") if call["answered"] else _("no answer")
        title = _("Called %(number)s") % {"number": call["number"]}
        parts = [lines.get(call["number"], ""), answered, names.get(call["by"], "")]
        events.append((_moment(call), title, " · ".join(filter(None, parts))))
    for note in held.notes:
        title = _("Note of %(name)s") % {"name": names.get(note["by"], "")}
        events.append((_moment(note), title, note["text"]))
    for entry in held.corrections:
        events.append(
            (_moment(entry), _("Put right by her who wrote it"), names.get(entry["by"], ""))
        )
    reasons, places = closing_reasons(), places_of_story(held)
    for entry in held.history:
        if entry["what"] in ABOUT_ONE_NAMED and entry.get("to") == reader:
            # She was named by mistake, and is not told who said so.
            continue
        reason = reasons.get(entry.get("reason", ""))
        title = {
            "handed_over": _("Handed over to %(name)s")
            % {"name": names.get(entry.get("to", ""), "")},
            "released": _("Given back"),
            "taken_over": _("Taken over from %(name)s")
            % {"name": names.get(entry.get("to", ""), "")},
            "closed": _("Closed: %(reason)s") % {"reason": _(reason.label) if reason else ""},
            "reopened": _("Reopened"),
            "kind_named": _("It is about this too: %(kind)s") % {"kind": _kind_word(entry)},
            "corrected": _("Nobody's again, after what was told was put right"),
            "mistake_asked": _("Was %(name)s named by mistake? A second person is asked")
            % {"name": names.get(entry.get("to", ""), "")},
            "mistake_agreed": _("Named by mistake, and shut out no more: %(name)s")
            % {"name": names.get(entry.get("to", ""), "")},
            "mistake_refused": _("Named by no mistake: %(name)s stays shut out")
            % {"name": names.get(entry.get("to", ""), "")},
            "mistake_lapsed": _("Not answered: %(name)s stays shut out")
            % {"name": names.get(entry.get("to", ""), "")},
            "family_moved": _("The family moved to %(place)s")
            % {"place": places.get(entry.get("place", ""), "")},
            "shut_out": _("Shut out: %(name)s") % {"name": names.get(entry.get("to", ""), "")},
            "named_again": _("Named once more, and stays shut out: %(name)s")
            % {"name": names.get(entry.get("to", ""), "")},
        }.get(entry["what"], "")
        parts = [names.get(entry["by"], ""), entry["words"]]
        events.append((_moment(entry), title, " · ".join(filter(None, parts))))
    return [
        {"when": date_format(timezone.localtime(when), "j M Y, H:i"), "title": title, "text": text}
        for when, title, text in sorted(events, key=lambda x: x[0], reverse=True)
    ]


def _kind_word(entry: dict[str, Any]) -> str:
    named = concern_kinds().get(entry.get("kind", ""))
    return _(named.label) if named is not None else ""


def _moment(entry: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(entry["at"])
