"""The sentence a volunteer reads, from a signal's numbers.

Each sentence is one whole template for each kind, sex and habit, because Hindi and Bengali bend
the verb and the order; nothing is put together from pieces. The numbers are stored with the flag,
so the sentence can be said again in the reader's language, and after a correction.
"""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Final, TypedDict

from django.utils.translation import gettext_noop as N_

from aanchal.lib.early_warning.policy import RULE_VERSION
from aanchal.lib.early_warning.rule import CHANNELS, Signals

RUN_SAYS_IT: Final = 7  # a run at least this long is what the sentence is about,
RUN_MAY_SAY: Final = 4  # and from here on, where it makes up most of her recent absences
KNOWN_DAYS: Final = 8  # fewer own days than this say nothing about what is usual


class Sex(StrEnum):
    GIRL = "girl"
    BOY = "boy"
    UNSAID = "unsaid"


class Kind(StrEnum):
    """What the sentence is about."""

    RUN = "run"
    ALONE = "alone"  # a run, with no classmate marked on those days
    BREAK = "break"  # a run that began with the first school day after a break
    PARTIAL = "partial"


class Away(StrEnum):
    """What the sentence is about where the watch's own rule raised nothing."""

    LEAVE = "leave"  # away for long, and the register says leave
    STILL = "still"  # still away after the time that the last answer covered


class Usual(StrEnum):
    """How her own habit is put."""

    ONE_IN = "one_in"
    TENTHS = "tenths"
    NONE = "none"
    UNKNOWN = "unknown"


class Reason(TypedDict):
    """The numbers of one signal: plain, and fit for JSON. Dates are ISO."""

    rule: str
    kind: str
    channel: str
    score: float
    on: str
    since: str
    run: int
    others_present: int
    others_marked: int
    usual_absent: int
    usual_marked: int
    recent_absent: int
    recent_marked: int


def reason_of(signals: Signals, index: int) -> Reason:
    """The numbers behind one signal, ready to be stored with its flag.

    For a partial absence, `usual_…` leaves out the recent days, so that "before that" is true.
    """
    run = int(signals.run[index])
    others = int(signals.others_marked[index])
    recent_absent = int(signals.recent_absent[index])
    recent_marked = int(signals.recent_marked[index])
    if run < RUN_MAY_SAY or (run < RUN_SAYS_IT and 3 * run < 2 * recent_absent):
        kind = Kind.PARTIAL
    elif others <= 0:
        kind = Kind.ALONE
    elif bool(signals.after_break[index]):
        kind = Kind.BREAK
    else:
        kind = Kind.RUN
    usual_absent = int(signals.usual_absent[index])
    usual_marked = int(signals.usual_marked[index])
    if kind is Kind.PARTIAL:
        usual_absent = int(signals.year_absent[index]) - recent_absent
        usual_marked = int(signals.year_marked[index]) - recent_marked
    return Reason(
        rule=RULE_VERSION,
        kind=kind.value,
        channel=CHANNELS[int(signals.channel[index])],
        score=round(float(signals.score[index]), 4),
        on=date.fromordinal(int(signals.on[index])).isoformat(),
        since=date.fromordinal(int(signals.since[index])).isoformat(),
        run=run,
        others_present=int(signals.others_present[index]),
        others_marked=others,
        usual_absent=usual_absent,
        usual_marked=usual_marked,
        recent_absent=recent_absent,
        recent_marked=recent_marked,
    )


def template_of(reason: Reason, sex: Sex) -> tuple[str, Mapping[str, int]]:
    """The whole-sentence template (a msgid) and its numbers; every count in it is 2 or more."""
    if reason["kind"] in set(Away):
        return AWAY_TEMPLATES[Away(reason["kind"])], {"run": max(reason["run"], 2)}
    usual, numbers = _usual(reason["usual_absent"], reason["usual_marked"])
    numbers |= {
        "run": reason["run"],
        "class_percent": _percent(reason["others_present"], reason["others_marked"]),
        "recent_absent": reason["recent_absent"],
        "recent_marked": reason["recent_marked"],
    }
    return TEMPLATES[Kind(reason["kind"]), sex, usual], numbers


def render(reason: Reason, gettext: Callable[[str], str], *, sex: Sex = Sex.UNSAID) -> str:
    """The sentence in the language of `gettext`."""
    template, numbers = template_of(reason, sex)
    return gettext(template) % numbers


def _percent(part: int, whole: int) -> int:
    """Whole per cent, half rounded up; 0 and 100 only when exactly none or all."""
    if whole <= 0:
        return 0
    rounded = (200 * part + whole) // (2 * whole)
    if part < whole:
        rounded = min(rounded, 99)
    return max(rounded, 1) if part > 0 else 0


def _usual(absent: int, marked: int) -> tuple[Usual, dict[str, int]]:
    if marked < KNOWN_DAYS:
        return Usual.UNKNOWN, {}
    if absent == 0:
        return Usual.NONE, {"usual_marked": marked}
    if 10 * absent >= 3 * marked:
        return Usual.TENTHS, {"usual_tenths": (20 * absent + marked) // (2 * marked)}
    return Usual.ONE_IN, {"usual_in": (2 * marked + absent) // (2 * absent)}


AWAY_TEMPLATES: Final[dict[Away, str]] = {
    Away.LEAVE: N_("Not in school for %(run)d school days running; the register says leave."),
    Away.STILL: N_("Asked about before, and still away: %(run)d school days running by now."),
}

TEMPLATES: Final[dict[tuple[Kind, Sex, Usual], str]] = {
    (Kind.RUN, Sex.GIRL, Usual.ONE_IN): N_(
        "Absent %(run)d school days running while %(class_percent)d%% of her class came; "
        "she usually misses 1 in %(usual_in)d."
    ),
    (Kind.RUN, Sex.GIRL, Usual.TENTHS): N_(
        "Absent %(run)d school days running while %(class_percent)d%% of her class came; "
        "she usually misses %(usual_tenths)d days in 10."
    ),
    (Kind.RUN, Sex.GIRL, Usual.NONE): N_(
        "Absent %(run)d school days running while %(class_percent)d%% of her class came; "
        "she had missed none of the %(usual_marked)d days before."
    ),
    (Kind.RUN, Sex.GIRL, Usual.UNKNOWN): N_(
        "Absent %(run)d school days running while %(class_percent)d%% of her class came; "
        "what is usual for her is not known yet."
    ),
    (Kind.RUN, Sex.BOY, Usual.ONE_IN): N_(
        "Absent %(run)d school days running while %(class_percent)d%% of his class came; "
        "he usually misses 1 in %(usual_in)d."
    ),
    (Kind.RUN, Sex.BOY, Usual.TENTHS): N_(
        "Absent %(run)d school days running while %(class_percent)d%% of his class came; "
        "he usually misses %(usual_tenths)d days in 10."
    ),
    (Kind.RUN, Sex.BOY, Usual.NONE): N_(
        "Absent %(run)d school days running while %(class_percent)d%% of his class came; "
        "he had missed none of the %(usual_marked)d days before."
    ),
    (Kind.RUN, Sex.BOY, Usual.UNKNOWN): N_(
        "Absent %(run)d school days running while %(class_percent)d%% of his class came; "
        "what is usual for him is not known yet."
    ),
    (Kind.RUN, Sex.UNSAID, Usual.ONE_IN): N_(
        "Absent %(run)d school days running while %(class_percent)d%% of the class came; "
        "usually misses 1 in %(usual_in)d."
    ),
    (Kind.RUN, Sex.UNSAID, Usual.TENTHS): N_(
        "Absent %(run)d school days running while %(class_percent)d%% of the class came; "
        "usually misses %(usual_tenths)d days in 10."
    ),
    (Kind.RUN, Sex.UNSAID, Usual.NONE): N_(
        "Absent %(run)d school days running while %(class_percent)d%% of the class came; "
        "the child had missed none of the %(usual_marked)d days before."
    ),
    (Kind.RUN, Sex.UNSAID, Usual.UNKNOWN): N_(
        "Absent %(run)d school days running while %(class_percent)d%% of the class came; "
        "what is usual for this child is not known yet."
    ),
    (Kind.ALONE, Sex.GIRL, Usual.ONE_IN): N_(
        "Absent %(run)d school days running; she usually misses 1 in %(usual_in)d."
    ),
    (Kind.ALONE, Sex.GIRL, Usual.TENTHS): N_(
        "Absent %(run)d school days running; she usually misses %(usual_tenths)d days in 10."
    ),
    (Kind.ALONE, Sex.GIRL, Usual.NONE): N_(
        "Absent %(run)d school days running; she had missed none of the %(usual_marked)d "
        "days before."
    ),
    (Kind.ALONE, Sex.GIRL, Usual.UNKNOWN): N_(
        "Absent %(run)d school days running; what is usual for her is not known yet."
    ),
    (Kind.ALONE, Sex.BOY, Usual.ONE_IN): N_(
        "Absent %(run)d school days running; he usually misses 1 in %(usual_in)d."
    ),
    (Kind.ALONE, Sex.BOY, Usual.TENTHS): N_(
        "Absent %(run)d school days running; he usually misses %(usual_tenths)d days in 10."
    ),
    (Kind.ALONE, Sex.BOY, Usual.NONE): N_(
        "Absent %(run)d school days running; he had missed none of the %(usual_marked)d "
        "days before."
    ),
    (Kind.ALONE, Sex.BOY, Usual.UNKNOWN): N_(
        "Absent %(run)d school days running; what is usual for him is not known yet."
    ),
    (Kind.ALONE, Sex.UNSAID, Usual.ONE_IN): N_(
        "Absent %(run)d school days running; usually misses 1 in %(usual_in)d."
    ),
    (Kind.ALONE, Sex.UNSAID, Usual.TENTHS): N_(
        "Absent %(run)d school days running; usually misses %(usual_tenths)d days in 10."
    ),
    (Kind.ALONE, Sex.UNSAID, Usual.NONE): N_(
        "Absent %(run)d school days running; the child had missed none of the "
        "%(usual_marked)d days before."
    ),
    (Kind.ALONE, Sex.UNSAID, Usual.UNKNOWN): N_(
        "Absent %(run)d school days running; what is usual for this child is not known yet."
    ),
    (Kind.BREAK, Sex.GIRL, Usual.ONE_IN): N_(
        "Not back since the holidays: absent %(run)d school days while %(class_percent)d%% "
        "of her class came; she usually misses 1 in %(usual_in)d."
    ),
    (Kind.BREAK, Sex.GIRL, Usual.TENTHS): N_(
        "Not back since the holidays: absent %(run)d school days while %(class_percent)d%% "
        "of her class came; she usually misses %(usual_tenths)d days in 10."
    ),
    (Kind.BREAK, Sex.GIRL, Usual.NONE): N_(
        "Not back since the holidays: absent %(run)d school days while %(class_percent)d%% "
        "of her class came; she had missed none of the %(usual_marked)d days before."
    ),
    (Kind.BREAK, Sex.GIRL, Usual.UNKNOWN): N_(
        "Not back since the holidays: absent %(run)d school days while %(class_percent)d%% "
        "of her class came; what is usual for her is not known yet."
    ),
    (Kind.BREAK, Sex.BOY, Usual.ONE_IN): N_(
        "Not back since the holidays: absent %(run)d school days while %(class_percent)d%% "
        "of his class came; he usually misses 1 in %(usual_in)d."
    ),
    (Kind.BREAK, Sex.BOY, Usual.TENTHS): N_(
        "Not back since the holidays: absent %(run)d school days while %(class_percent)d%% "
        "of his class came; he usually misses %(usual_tenths)d days in 10."
    ),
    (Kind.BREAK, Sex.BOY, Usual.NONE): N_(
        "Not back since the holidays: absent %(run)d school days while %(class_percent)d%% "
        "of his class came; he had missed none of the %(usual_marked)d days before."
    ),
    (Kind.BREAK, Sex.BOY, Usual.UNKNOWN): N_(
        "Not back since the holidays: absent %(run)d school days while %(class_percent)d%% "
        "of his class came; what is usual for him is not known yet."
    ),
    (Kind.BREAK, Sex.UNSAID, Usual.ONE_IN): N_(
        "Not back since the holidays: absent %(run)d school days while %(class_percent)d%% "
        "of the class came; usually misses 1 in %(usual_in)d."
    ),
    (Kind.BREAK, Sex.UNSAID, Usual.TENTHS): N_(
        "Not back since the holidays: absent %(run)d school days while %(class_percent)d%% "
        "of the class came; usually misses %(usual_tenths)d days in 10."
    ),
    (Kind.BREAK, Sex.UNSAID, Usual.NONE): N_(
        "Not back since the holidays: absent %(run)d school days while %(class_percent)d%% "
        "of the class came; the child had missed none of the %(usual_marked)d days before."
    ),
    (Kind.BREAK, Sex.UNSAID, Usual.UNKNOWN): N_(
        "Not back since the holidays: absent %(run)d school days while %(class_percent)d%% "
        "of the class came; what is usual for this child is not known yet."
    ),
    (Kind.PARTIAL, Sex.GIRL, Usual.ONE_IN): N_(
        "Absent %(recent_absent)d of the last %(recent_marked)d school days; before that "
        "she missed 1 in %(usual_in)d."
    ),
    (Kind.PARTIAL, Sex.GIRL, Usual.TENTHS): N_(
        "Absent %(recent_absent)d of the last %(recent_marked)d school days; before that "
        "she missed %(usual_tenths)d days in 10."
    ),
    (Kind.PARTIAL, Sex.GIRL, Usual.NONE): N_(
        "Absent %(recent_absent)d of the last %(recent_marked)d school days; before that "
        "she had missed none of %(usual_marked)d."
    ),
    (Kind.PARTIAL, Sex.GIRL, Usual.UNKNOWN): N_(
        "Absent %(recent_absent)d of the last %(recent_marked)d school days; what is usual "
        "for her is not known yet."
    ),
    (Kind.PARTIAL, Sex.BOY, Usual.ONE_IN): N_(
        "Absent %(recent_absent)d of the last %(recent_marked)d school days; before that "
        "he missed 1 in %(usual_in)d."
    ),
    (Kind.PARTIAL, Sex.BOY, Usual.TENTHS): N_(
        "Absent %(recent_absent)d of the last %(recent_marked)d school days; before that "
        "he missed %(usual_tenths)d days in 10."
    ),
    (Kind.PARTIAL, Sex.BOY, Usual.NONE): N_(
        "Absent %(recent_absent)d of the last %(recent_marked)d school days; before that "
        "he had missed none of %(usual_marked)d."
    ),
    (Kind.PARTIAL, Sex.BOY, Usual.UNKNOWN): N_(
        "Absent %(recent_absent)d of the last %(recent_marked)d school days; what is usual "
        "for him is not known yet."
    ),
    (Kind.PARTIAL, Sex.UNSAID, Usual.ONE_IN): N_(
        "Absent %(recent_absent)d of the last %(recent_marked)d school days; before that "
        "the child missed 1 in %(usual_in)d."
    ),
    (Kind.PARTIAL, Sex.UNSAID, Usual.TENTHS): N_(
        "Absent %(recent_absent)d of the last %(recent_marked)d school days; before that "
        "the child missed %(usual_tenths)d days in 10."
    ),
    (Kind.PARTIAL, Sex.UNSAID, Usual.NONE): N_(
        "Absent %(recent_absent)d of the last %(recent_marked)d school days; before that "
        "the child had missed none of %(usual_marked)d."
    ),
    (Kind.PARTIAL, Sex.UNSAID, Usual.UNKNOWN): N_(
        "Absent %(recent_absent)d of the last %(recent_marked)d school days; what is usual "
        "for this child is not known yet."
    ),
}
