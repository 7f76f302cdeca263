"""`aanchal duties`: what the law asks of whom, and when it falls due."""

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import with_django

if TYPE_CHECKING:
    from aanchal.cases.rules.duties import Due, Duty

app = typer.Typer(
    add_completion=False, help="What the law asks of whom, and when.", no_args_is_help=True
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]


@app.command("list")
def list_duties(json_: AsJson = False) -> None:
    """Every duty with its holder, time, source and how sure the source is."""
    with_django()
    from aanchal.cases.duties import duty_table

    if json_:
        print(
            json.dumps([_row(duty) for duty in duty_table().duties], indent=2, ensure_ascii=False)
        )
        return
    for duty in duty_table().duties:
        print(_said(duty))


@app.command("due")
def due(
    trigger: Annotated[
        str, typer.Option(help="What happened: a trigger of `aanchal duties list`.")
    ],
    at: Annotated[
        str, typer.Option(help="When it happened, with its zone: 2026-11-22T23:30+05:30.")
    ],
    state: Annotated[str, typer.Option(help="Code of the state, such as BR.")] = "",
    excluded_hours: Annotated[
        float, typer.Option(min=0, help="Hours that the law may leave out, such as of the journey.")
    ] = 0,
    json_: AsJson = False,
) -> None:
    """What falls due after something happened, the first first, by the law of that day.

    A duty for which the law states no time comes last, without a time.
    """
    with_django()
    from django.utils import timezone

    from aanchal.cases.duties import duty_table
    from aanchal.cases.rules.duties import STATES, duties_from, falls_due

    since = _moment(at)
    table = duty_table()
    if trigger not in table.triggers:
        known = ", ".join(table.triggers)
        raise typer.BadParameter(f"{trigger} is not known. Known are: {known}.")
    if state and state.upper() not in STATES:
        raise typer.BadParameter(
            f"{state!r} is no code of a state. Write its two letters, such as BR or WB.",
            param_hint="--state",
        )
    try:
        excluded = timedelta(hours=excluded_hours)
        zone = timezone.get_default_timezone()
        on = since.astimezone(zone).date()
        found = [
            falls_due(duty, since=since, zone=zone, excluded=excluded)
            for duty in duties_from(table.duties, trigger, on=on, state=state.upper())
        ]
    except OverflowError as error:
        raise typer.BadParameter("That is further away than the calendar reaches.") from error
    found.sort(key=lambda one: (one.at is None, one.at or since))
    if json_:
        print(json.dumps([_due_row(one) for one in found], indent=2, ensure_ascii=False))
        return
    if not found:
        print(f"By the law of {on}, nothing follows from this.")
    for one in found:
        when = f"{one.at:%Y-%m-%d %H:%M}" if one.at else "no time stated"
        print(f"{when:16}  {one.duty.duty}\n{'':16}  {one.why}{_caution(one.duty)}")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise typer.BadParameter(
            f"{text!r} is no moment with a zone. Write it like 2026-11-22T23:30+05:30.",
            param_hint="--at",
        )
    return moment


def _said(duty: "Duty") -> str:
    where = f" in {', '.join(duty.states)}" if duty.states else ""
    return (
        f"{duty.id}{where}: {duty.duty}\n"
        f"    after {duty.trigger}, within: {duty.within}; {', '.join(duty.holder)}\n"
        f"    {duty.source}{_caution(duty)}"
    )


def _caution(duty: "Duty") -> str:
    return "" if duty.is_shown_as_law else " Guidance, to be checked before it is called the law."


def _row(duty: "Duty") -> dict[str, Any]:
    return {
        "id": duty.id,
        "trigger": duty.trigger,
        "duty": duty.duty,
        "holder": list(duty.holder),
        "within": duty.within,
        "excludes": list(duty.excludes),
        "met_by": list(duty.met_by),
        "source": duty.source,
        "confidence": duty.confidence,
        "in_force_from": duty.in_force_from.isoformat(),
        "in_force_until": duty.in_force_until.isoformat() if duty.in_force_until else None,
        "state": list(duty.states) or None,
    }


def _due_row(one: "Due") -> dict[str, Any]:
    return {
        "id": one.duty.id,
        "duty": one.duty.duty,
        "due_at": one.at.isoformat() if one.at else None,
        "excluded": one.excluded / timedelta(hours=1),
        "why": one.why + _caution(one.duty),
    }
