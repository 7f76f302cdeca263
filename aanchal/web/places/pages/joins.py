"""Two names, perhaps one place: pairs to look down, and sub-districts whose block somebody says."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aanchal.access.queries import count_grants_at
from aanchal.kernel.access import one_of
from aanchal.kernel.errors import DomainError, Invalid, NotFound
from aanchal.places.actions import (
    confirm_join,
    confirm_joins,
    confirm_subdistrict,
    refuse_join,
    refuse_subdistrict,
    separate_join,
)
from aanchal.places.models import Area, AreaJoin, Subdistrict
from aanchal.places.queries import codes_of, counts_below, visible_area
from aanchal.places.queries.joins import (
    blocks_of,
    blocks_with_sure_villages,
    count_joins,
    decided_joins,
    open_joins,
    open_subdistricts,
    places_of_codes,
    sure_villages,
    waiting_for_subdistricts,
)
from aanchal.places.rules.areas import Band
from aanchal.web.shell.context import local_name

from ..presenters import LEVELS

PAGE = 30


SUBDISTRICTS_SHOWN = 10


LATELY_SHOWN = 8


BANDS = {
    Band.CERTAIN: (gettext_lazy("surely one"), "done"),
    Band.LIKELY: (gettext_lazy("likely one"), "plain"),
    Band.DOUBTFUL: (gettext_lazy("doubtful"), "soon"),
}


def joins(request: HttpRequest) -> HttpResponse:
    """Proposals that two names are one place: look down the list, and say."""
    where = _asked_area(request)
    if request.method == "POST":
        return _decide(request, where)
    counts = count_joins(request.actor, below=where)
    band = request.GET.get("band", "")
    tabs = [
        {
            "current": key == band,
            "href": _tab(key, where),
            "label": label,
            "count": counts.by_band.get(key, 0) if key else counts.all,
        }
        for key, label in (("", _("All")), *((b.value, words) for b, (words, _l) in BANDS.items()))
    ]
    listed = open_joins(request.actor, below=where, band=band if band in set(Band) else "")
    page = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    subdistricts, more = ([], 0) if where is not None else _subdistricts(request)
    lately = [] if where is not None else decided_joins(request.actor)[:LATELY_SHOWN]
    return render(
        request,
        "places/joins.html",
        {
            "asked_area": where,
            "where_name": local_name(where),
            "tabs": tabs,
            "page": page,
            "items": _joins(page),
            "sure_here": counts.sure_villages if where else 0,
            "blocks": _blocks_with_joins(request) if where is None else [],
            "subdistricts": subdistricts,
            "more_subdistricts": more,
            "lately": _joins(lately),
        },
    )


def _tab(band: str, where: Area | None) -> str:
    return "?" + urlencode({"area": str(where.pk), "band": band} if where else {"band": band})


def _asked_area(request: HttpRequest) -> Area | None:
    asked = (request.POST if request.method == "POST" else request.GET).get("area", "")
    if not asked:
        return None
    return visible_area(request.actor, pk=_key(asked))


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


def _joins(found: Iterable[AreaJoin]) -> list[dict[str, Any]]:
    """Pairs as the page shows them; one query more for the names of those nearly as alike."""
    listed = list(found)
    rivals = places_of_codes(str(code) for join in listed for code in join.rivals)
    names = {place: local_name(area) for place, area in rivals.items()}
    return [_join(join, names) for join in listed]


def _join(join: AreaJoin, names: dict[tuple[str, str], str]) -> dict[str, Any]:
    words, level = BANDS[Band(join.band)]
    beside = [names.get((join.source.district, str(r)), str(r)) for r in join.rivals]
    own = {c.system: c.code for c in codes_of(join.target)}
    return {
        "pk": join.pk,
        "level": LEVELS[Area.Level(join.source.level)],
        "source": join.source_name or join.source.name,
        "source_code": join.source_code,
        "target": local_name(join.target),
        "target_code": own.get("lgd") or own.get("census2011", ""),
        "parent": local_name(join.target.parent) if join.target.parent_id else "",
        "why": _(join.reason) % join.params if join.reason else "",
        "band": words,
        "tag": level,
        "rivals": ", ".join(beside),
    }


def _blocks_with_joins(request: HttpRequest) -> list[dict[str, Any]]:
    """Blocks in which villages are surely one with another: they may be confirmed together."""
    return [
        {
            "name": local_name(a),
            "count": villages,
            "href": f"{reverse('joins')}?area={a.pk}",
        }
        for a, villages in blocks_with_sure_villages(request.actor)
    ]


def _subdistricts(request: HttpRequest) -> tuple[list[dict[str, Any]], int]:
    """Undecided sub-districts, those first for which villages wait; each with its blocks.

    Returns:
        The first of them, and how many more there are.
    """
    held = list(open_subdistricts(request.actor))
    waits = waiting_for_subdistricts(request.actor, held)
    held.sort(key=lambda s: -waits.get(s.code, 0))
    held, more = held[:SUBDISTRICTS_SHOWN], len(held[SUBDISTRICTS_SHOWN:])
    blocks = blocks_of(held)
    shown = [
        {
            "pk": s.pk,
            "name": s.local_name or s.name,
            "code": s.code,
            "district": local_name(s.district_area),
            "waits": waits.get(s.code, 0),
            "why": _(s.reason) if s.reason else "",
            "proposed": s.block_id,
            "blocks": blocks.get(s.district_area_id, []),
        }
        for s in held
    ]
    return shown, more


def _decide(request: HttpRequest, where: Area | None) -> HttpResponse:
    step = request.POST.get("step", "")
    steps = {
        "same": _say_same,
        "other": _say_other,
        "part": _say_part,
        "ask_all": _ask_all,
        "all": _say_all,
        "subdistrict": _say_subdistrict,
        "no_subdistrict": _say_no_subdistrict,
    }
    if step not in steps:
        raise NotFound
    try:
        answer = steps[step](request, where)
    except DomainError as error:
        # What is not hers stays hidden; what she may know of is said on the page.
        if isinstance(error, NotFound):
            raise
        messages.error(request, str(error))
        answer = None
    return answer or redirect(_back(where))


def _back(where: Area | None) -> str:
    return reverse("joins") + (f"?area={where.pk}" if where else "")


def _asked_join(request: HttpRequest, found: Any) -> AreaJoin:
    held: AreaJoin | None = one_of(found, _key(request.POST.get("join", "")))
    if held is None:
        raise NotFound
    return held


def _say_same(request: HttpRequest, where: Area | None) -> HttpResponse | None:
    join = _asked_join(request, open_joins(request.actor))
    if join.source.level == Area.Level.BLOCK and request.POST.get("sure") != "yes":
        return _ask_block(request, join, where)
    done = confirm_join(request.actor, join=join, at=timezone.now())
    if done.source.level == Area.Level.BLOCK:
        messages.success(request, _("The two blocks are one now, with their villages."))
    else:
        messages.success(
            request, _("They are one place now. You can part them again below, under “Lately”.")
        )
    return None


def _ask_block(request: HttpRequest, join: AreaJoin, where: Area | None) -> HttpResponse:
    villages = counts_below([join.source])[join.source.pk].villages
    people = count_grants_at(join.source, at=timezone.now())
    consequences = [
        ngettext(
            "%(n)s village that UDISE knows moves into the block.",
            "%(n)s villages that UDISE knows move into the block.",
            villages,
        )
        % {"n": villages},
        _("Who looks after the block will see their schools and children."),
    ]
    if people:
        consequences.append(
            ngettext(
                "%(n)s person holds a role over UDISE's block, and will hold it over the whole.",
                "%(n)s people hold a role over UDISE's block, and will hold it over the whole.",
                people,
            )
            % {"n": people}
        )
    consequences.append(_("Two blocks that are one cannot be parted again."))
    carry = {"step": "same", "join": str(join.pk), "sure": "yes"}
    return render(
        request,
        "confirm.html",
        {
            "title": _("Are these two one block?"),
            "body": f"{join.source_name} ({join.source_code}) · {local_name(join.target)}",
            "consequences": consequences,
            "yes": _("Yes, they are one block"),
            "cancel_href": _back(where),
            "carry": carry | ({"area": str(where.pk)} if where else {}),
            "harm": True,
        },
    )


def _say_other(request: HttpRequest, where: Area | None) -> None:
    join = _asked_join(request, open_joins(request.actor))
    refuse_join(request.actor, join=join, at=timezone.now())
    messages.success(request, _("They stay two places, and are not proposed again."))


def _say_part(request: HttpRequest, where: Area | None) -> HttpResponse | None:
    join = _asked_join(request, decided_joins(request.actor))
    if request.POST.get("sure") != "yes":
        return render(
            request,
            "confirm.html",
            {
                "title": _("Part these two again?"),
                "body": f"{join.source_name} ({join.source_code}) · {local_name(join.target)}",
                "consequences": [
                    _("Schools and children stay with UDISE's village."),
                    _("Who was given a role over LGD's village no longer reaches them."),
                ],
                "yes": _("Part them"),
                "cancel_href": _back(where),
                "carry": {"step": "part", "join": str(join.pk), "sure": "yes"},
                "harm": True,
            },
        )
    separate_join(request.actor, join=join, at=timezone.now())
    messages.success(request, _("They are two places again."))
    return None


def _ask_all(request: HttpRequest, where: Area | None) -> HttpResponse:
    found = list(sure_villages(request.actor, below=where)) if where is not None else []
    if not found:
        raise Invalid(_("Nothing of this block is sure enough to be confirmed together."))
    return render(
        request,
        "places/confirm_all.html",
        {"asked_area": where, "where_name": local_name(where), "items": _joins(found)},
    )


def _say_all(request: HttpRequest, where: Area | None) -> None:
    # Exactly those that were on the page she looked down, and still are sure.
    seen = {_key(text) for text in request.POST.getlist("join")}
    found: list[AreaJoin] = []
    if where is not None:
        found = list(sure_villages(request.actor, below=where, keys=seen))
    done = confirm_joins(request.actor, joins=found, at=timezone.now())
    text = ngettext("%(n)s village is one now.", "%(n)s villages are one now.", done)
    messages.success(request, text % {"n": done})


def _asked_subdistrict(request: HttpRequest) -> Subdistrict:
    held = one_of(open_subdistricts(request.actor), _key(request.POST.get("subdistrict", "")))
    if held is None:
        raise NotFound
    return held


def _say_subdistrict(request: HttpRequest, where: Area | None) -> None:
    held = _asked_subdistrict(request)
    chosen = request.POST.get("block", "")
    if not chosen:
        raise Invalid(_("Choose the block."))
    block = visible_area(request.actor, pk=_key(chosen))
    done = confirm_subdistrict(request.actor, subdistrict=held, block=block, at=timezone.now())
    text = ngettext(
        "Written down; %(n)s place that waited is in.",
        "Written down; %(n)s places that waited are in.",
        done.freed,
    )
    messages.success(request, text % {"n": done.freed})


def _say_no_subdistrict(request: HttpRequest, where: Area | None) -> None:
    refuse_subdistrict(request.actor, subdistrict=_asked_subdistrict(request), at=timezone.now())
    messages.success(request, _("It is not this block. Say which one when you know it."))
