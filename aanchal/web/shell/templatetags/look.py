"""The components of the look, one tag each, drawn by `templates/components/`.

They take plain values and sentences that are already in the reader's language, ask no
database, and use no style attribute, so that a page keeps a strict content policy. What
each takes is said in `aanchal/web/shell/look/`; all of them are on one page, `tests/gallery`,
with long names, no data and too much data.
"""

from collections.abc import Callable
from typing import Any

from django import template

from ..look import fields, numbers, pieces, strips

register = template.Library()


register.filter("native_digits", numbers.native_digits)


register.filter("grouped", numbers.grouped)


register.filter("in_script", numbers.in_script)


register.simple_tag(numbers.percent)


ALONE: tuple[Callable[..., dict[str, Any]], ...] = (
    pieces.answers,
    pieces.calm_table,
    pieces.clock,
    pieces.crumbs,
    pieces.empty,
    pieces.figure,
    pieces.flag_card,
    pieces.month_grid,
    pieces.notice,
    pieces.progress,
    pieces.story,
    pieces.tag,
    pieces.task_list,
    fields.error_summary,
    fields.field,
    strips.strip,
    strips.strip_legend,
)


# These need the page around them: its request, its token against forgery, its numbers.
WITH_PAGE: tuple[Callable[..., dict[str, Any]], ...] = (
    pieces.confirm,
    pieces.helplines,
    pieces.pager,
    pieces.quick_exit,
    pieces.undo,
)


for component in ALONE + WITH_PAGE:
    register.inclusion_tag(
        f"components/{component.__name__}.html", takes_context=component in WITH_PAGE
    )(component)
