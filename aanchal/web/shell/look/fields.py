"""Forms: the summary of what is wrong, and each field with its label, hint and error."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.forms import BaseForm, BaseFormSet, FileInput, Select, Textarea
from django.forms.boundfield import BoundField
from django.forms.widgets import CheckboxInput, ChoiceWidget, NumberInput, TextInput

# Beyond this many, choices stand in two columns on a desk.
MANY_CHOICES = 8


def error_summary(source: Any) -> dict[str, Any]:
    """What is wrong with a sent form, at the top, each error linked to its field.

    Args:
        source: a form, a formset, or pairs (id of the field or "", sentence).

    Returns:
        `errors`: mappings with `href` ("" for errors of the whole form) and `text`; empty
        when nothing is wrong, and then nothing is drawn.
    """
    return {"errors": [{"href": f"#{at}" if at else "", "text": t} for at, t in errors_of(source)]}


def errors_of(source: Any) -> Iterable[tuple[str, str]]:
    """Every error of a form or formset with the id of the input to put right, in page order."""
    if isinstance(source, BaseFormSet):
        yield from (("", str(text)) for text in source.non_form_errors())
        for form in source.forms:
            yield from errors_of(form)
    elif isinstance(source, BaseForm):
        yield from (("", str(text)) for text in source.non_field_errors())
        for bound in source:
            yield from ((first_input_id(bound), str(text)) for text in bound.errors)
    elif source:
        yield from ((str(at), str(text)) for at, text in source)


def first_input_id(bound: BoundField) -> str:
    """The id that a link to this field must lead to: of its first input, if it has several."""
    if has_rows(bound):
        groups = choice_groups(bound, {})
        return str(groups[0]["choices"][0]["id"]) if groups else bound.auto_id
    return f"{bound.auto_id}_0" if bound.use_fieldset else bound.auto_id


def has_rows(bound: BoundField) -> bool:
    """Whether its choices are drawn as rows: radio buttons or tick boxes, not a list."""
    widget = bound.field.widget
    return isinstance(widget, ChoiceWidget) and not isinstance(widget, Select)


def field(
    bound: BoundField,
    *,
    label: str = "",
    hint: str = "",
    hints: Mapping[str, str] | None = None,
    width: str = "",
    big: bool = False,
) -> dict[str, Any]:
    """One field of a form: label above, hint, error, then the input or its rows.

    Args:
        label, hint: in place of the form's own.
        hints: for choices, a line under the choice with that value.
        width: short (an age, a class), medium (a date, a telephone) or the whole line.
        big: the label is the page's one question.
    """
    widget = bound.field.widget
    hint = hint or str(bound.help_text)
    described = []
    if hint:
        described.append(f"{bound.auto_id}_hint")
    if bound.errors:
        described.append(f"{bound.auto_id}_error")
    context: dict[str, Any] = {
        "bound": bound,
        "id": bound.auto_id,
        "label": label or bound.label,
        "hint": hint,
        "errors": bound.errors,
        "big": big,
        "described": " ".join(described),
    }
    if has_rows(bound):
        groups = choice_groups(bound, hints or {})
        many = sum(len(group["choices"]) for group in groups) > MANY_CHOICES
        return context | {"kind": "choices", "groups": groups, "two": many}
    if isinstance(widget, CheckboxInput):
        return context | {"kind": "tick", "widget": drawn(bound, described, "")}
    if bound.use_fieldset:
        return context | {"kind": "parts", "widget": drawn(bound, described, "form-control medium")}
    css = "form-select" if isinstance(widget, Select) else "form-control"
    if width and not isinstance(widget, (Textarea, FileInput)):
        css += f" {width}"
    return context | {"kind": "line", "widget": drawn(bound, described, css)}


def drawn(bound: BoundField, described: list[str], css: str) -> str:
    """The input itself, with its class and what describes it."""
    widget = bound.field.widget
    attrs = {"class": f"{widget.attrs.get('class', '')} {css}".strip()}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if isinstance(widget, NumberInput):
        # A browser empties a number field that holds words; she must see what she wrote.
        kept = {k: v for k, v in widget.attrs.items() if k not in ("min", "max", "step")}
        widget = TextInput({"inputmode": "numeric", "autocomplete": "off", **kept})
    return bound.as_widget(widget, {name: value for name, value in attrs.items() if value})


def choice_groups(bound: BoundField, hints: Mapping[str, str]) -> list[dict[str, Any]]:
    """The choices of a radio or tick-box field by group, each ready to be drawn as a row."""
    attrs = bound.build_widget_attrs({"id": bound.auto_id})
    attrs.pop("aria-invalid", None)
    drawn_widget = bound.field.widget.get_context(bound.html_name, bound.value(), attrs)["widget"]
    groups: list[dict[str, Any]] = []
    for name, options, _index in drawn_widget["optgroups"]:
        choices = [
            {
                "type": option["type"],
                "name": option["name"],
                "value": option["value"],
                "label": option["label"],
                "id": option["attrs"].get("id", ""),
                "checked": option["selected"],
                "required": bool(option["attrs"].get("required")),
                "disabled": bool(option["attrs"].get("disabled")),
                "hint": hints.get(str(option["value"]), ""),
            }
            for option in options
        ]
        # An ungrouped choice is its own group of one for Django; neighbours are joined.
        if groups and name is None and groups[-1]["name"] == "":
            groups[-1]["choices"] += choices
        else:
            groups.append({"name": name or "", "choices": choices})
    return groups
