"""What a page of danger shows: whom to call, what the law asks, and what must not be written."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aanchal.cases.kinds import concern_kinds

HOW_TO_REACH = gettext_lazy("How can the case worker reach the child safely?")


NOT_HER_STORY = gettext_lazy(
    "Do not write what happened: the police write it, in the child's own words."
)


def is_for_the_police(kind: str) -> bool:
    """Whether the child's story must not be written here (POCSO Act 2012 s. 24)."""
    return kind == "sexual_abuse"


def danger_of(kinds: Sequence[str]) -> dict[str, Any] | None:
    """The same for something of several kinds at once: nobody's number or duty is left out."""
    found = [help for help in map(danger_help, kinds) if help is not None]
    if not found:
        return None
    call = {line["number"]: line for help in found for line in help["call"]}
    duties = {duty["text"]: duty for help in found for duty in help["duties"]}
    first = sorted(duties.values(), key=lambda duty: not duty["must"])
    return {"label": found[0]["label"], "call": list(call.values()), "duties": first}


def danger_help(kind: str) -> dict[str, Any] | None:
    """Whom to call and what the law asks, for a kind of concern; None when it is no danger."""
    if not kind:
        return None
    known = concern_kinds()[kind]
    return {
        "label": _(known.label),
        "call": [{"number": x.number, "label": _(x.name)} for x in known.call],
        "duties": [
            {"must": d.must, "text": _(d.text), "source": d.source, "is_law": d.is_law}
            for d in known.duties
        ],
    }
