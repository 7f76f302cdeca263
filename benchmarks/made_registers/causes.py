"""Which choices of a plan a wrong reading hangs on: each is put back to its default in turn."""

from collections import Counter
from dataclasses import fields, replace

from .book import Book
from .damages import DAMAGES
from .judging import ASKED, SILENT, Verdict, judge
from .making import make_file
from .plan import TODAY, Plan
from .reading import Reading, ReadPage, read

_PLAIN = {f.name: f.default for f in fields(Plan) if f.name not in ("seed", "layout", "damages")}


def verdict_of(plan: Plan) -> Verdict:
    """Make the file of a plan, have it read, and judge."""
    name, content, book = make_file(plan)
    reading = read(name, content)
    verdict = judge(book, reading)
    if verdict.outcome == ASKED and len(book.groups) == 1 and plan.months == 1:
        return _after_answers(book, reading, verdict, name, content)
    return verdict


def _after_answers(
    book: Book, reading: Reading, verdict: Verdict, name: str, content: bytes
) -> Verdict:
    """What was asked is answered truly; what is read then must not be wrong without a word."""
    group = book.groups[0]
    unread = {
        "month": f"{group.days[0]:%Y-%m}" if _any(reading.pages, "month") else None,
        "grade": group.grade if _any(reading.pages, "grade") else None,
    }
    if not any(unread.values()):
        return verdict
    if unread["grade"] and group.section_as_written:
        unread["section"] = group.section_as_written
    # A name that is missing and a mark that is not known stay open: only what was asked is answered.
    still_open = book.open & {"child", "mark"}
    after = judge(replace(book, open=still_open), read(name, content, **unread))
    if after.outcome != SILENT:
        return verdict
    after.kinds = Counter({f"{kind}, after the answer": n for kind, n in after.kinds.items()})
    return replace(after, open=verdict.open)


def _any(pages: list[ReadPage], name: str) -> bool:
    return any(getattr(page, name) is None for page in pages)


def simplest(plan: Plan, outcome: str, kind: str) -> Plan:
    """A plan with as few choices as possible that is still read as badly."""
    for name in plan.damages:
        plan = _if_still(replace(plan, damages=_without(plan, name)), plan, outcome, kind)
    chosen = [name for name, plain in _PLAIN.items() if getattr(plan, name) != plain]
    plan = _plainer(plan, chosen, outcome, kind)
    if plan.layout != "wide":
        plan = _if_still(replace(plan, layout="wide", months=1, classes=1), plan, outcome, kind)
    return plan


def _plainer(plan: Plan, chosen: list[str], outcome: str, kind: str) -> Plan:
    """Put back all of these choices at once if that will do, else one half after the other."""
    if not chosen:
        return plan
    back = replace(plan, **{name: _PLAIN[name] for name in chosen})
    simpler = _if_still(back, plan, outcome, kind)
    if simpler is plan and len(chosen) > 1:
        half = len(chosen) // 2
        plan = _plainer(plan, chosen[:half], outcome, kind)
        plan = _plainer(plan, chosen[half:], outcome, kind)
        return plan
    return simpler


def _without(plan: Plan, name: str) -> tuple[str, ...]:
    return tuple(n for n in plan.damages if n != name)


def _if_still(candidate: Plan, plan: Plan, outcome: str, kind: str) -> Plan:
    possible = all(DAMAGES[name].fits(candidate) for name in candidate.damages)
    if not possible or candidate.month_starts()[-1] > TODAY:
        return plan
    try:
        verdict = verdict_of(candidate)
    except (LookupError, ValueError, TypeError, AssertionError):
        return plan  # a plan that cannot be made, such as two months on one page
    same = verdict.outcome == outcome and (kind in verdict.kinds or not kind)
    return candidate if same else plan


# Choices that seldom are a cause, and say little when they are.
_SIZES = {"year", "month", "months", "classes", "size", "variant"}


def told(plan: Plan, *, sizes: bool = True) -> str:
    """The layout, the choices that are not the default, and the damages, in words."""
    parts = [plan.layout]
    chosen = [n for n, plain in _PLAIN.items() if getattr(plan, n) != plain]
    parts += [f"{n}={getattr(plan, n)}" for n in chosen if sizes or n not in _SIZES]
    return "; ".join([*parts, *(f"damage: {n}" for n in plan.damages)])
