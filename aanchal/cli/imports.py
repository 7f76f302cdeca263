"""`aanchal import`: areas, schools, pupils and registers from files, by the same doors as the site."""

import json
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, Any

import typer

from . import say, with_django

# A register's day is India's, wherever the computer's clock thinks it is.
OFFICE = timezone(timedelta(hours=5, minutes=30))

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode="rich")

Files = Annotated[
    list[Path],
    typer.Argument(help="One file or more; for registers also folders.", show_default=False),
]
School = Annotated[str, typer.Option("--school", help="UDISE code, where the file does not say.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object for each file.")]

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only say what was understood; keep nothing.")
]


@app.command("registers")
def import_registers(
    files: Files,
    school: School = "",
    grade: Annotated[str, typer.Option("--class", help="Class: VI, 6, छठी, ষষ্ঠ.")] = "",
    section: Annotated[str, typer.Option("--section", help="Section: A.")] = "",
    month: Annotated[str, typer.Option("--month", help="Month: 2026-07.")] = "",
    answer: Annotated[
        list[str] | None,
        typer.Option("--answer", help="Answer a question: KEY=CHOICE, as --dry-run prints them."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what was understood; keep nothing.")
    ] = False,
    as_json: AsJson = False,
    enrol: Annotated[
        bool, typer.Option("--enrol", help="Enrol the pupils that nobody knows yet.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Answer yes to what is asked (a closure? a correction?).")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch/--no-watch", help="Run the watch over the classes afterwards.")
    ] = True,
) -> None:
    """Take attendance registers in: XLSX, XLS, ODS or CSV, wide or long, in three languages.

    Good rows go in; the rest is kept for repair, with the reason. Importing twice changes nothing.
    A folder stands for every file in it; many files are read by as many processes as there are cores.
    With [bold]--dry-run --json[/bold] it prints what it understood, for schools and pupils not yet
    known too: school, class, section, month, pupils, days, marks, problems, what was assumed, and the
    questions a person must answer before anything goes in, each with its choices and its key.
    [bold]--answer KEY=CHOICE[/bold] answers one. The code is 2 when a file cannot be read, 3 when it
    waits for an answer.
    """
    answers = _answers(answer)
    hints = {"school": school, "grade": grade, "section": section, "month": month}
    if dry_run:
        from .register_workers import files_in

        _dry_run(files_in(files), hints, answers, as_json=as_json)
        return
    with_django()
    from .register_import import import_files

    sys.exit(
        import_files(
            files,
            hints=hints,
            answers=answers,
            enrol=enrol,
            confirmed=yes,
            as_json=as_json,
            watch=watch,
        )
    )


def _answers(given: list[str] | None) -> dict[str, str]:
    """What --answer said: the key of each question with the choice that was made."""
    found = {}
    for text in given or ():
        key, equals, choice = text.rpartition("=")
        if not equals or ":" not in key:
            raise typer.BadParameter(f"“{text}” is no KEY=CHOICE.")
        found[key] = choice
    return found


def _dry_run(
    files: list[Path], hints: dict[str, str], answers: dict[str, str], *, as_json: bool
) -> None:
    """Read and tell; needs no database. Code 2 when a file could not be read or there is none, 3 when it waits."""
    from aanchal.lib.tabular.problems import Unreadable
    from aanchal.registers.formats.dry_run import dry_run_json
    from aanchal.registers.formats.problems import Hints
    from aanchal.registers.parsing import parse_registers

    said = Hints(
        hints["school"] or None, hints["grade"] or None, hints["section"] or None, hints["month"] or None,
        answers,
    )  # fmt: skip
    today = datetime.now(tz=OFFICE).date()
    failed, waits = not files, False
    if not files:
        say("There is no file there.")
    for path in files:
        try:
            with path.open("rb") as source:
                told = dry_run_json(
                    parse_registers(source, filename=path.name, hints=said, today=today)
                )
        except Unreadable as refusal:
            failed = True
            told = dry_run_json([])
            told["problems"] = [{"row": None, "column": None, "reason": str(refusal)}]
        waits = waits or not told["days"] or told["held"] > 0
        told = {"file": path.name, **told}
        if as_json:
            print(json.dumps(told, ensure_ascii=False))
        else:
            _tell(told)
    if failed or waits:
        sys.exit(2 if failed else 3)


def _tell(told: dict[str, Any]) -> None:
    marks = told["marks"]
    print(f"{told.get('file', '')}")
    print(
        f"  school {told['school'] or '?'}  class {told['class'] or '?'}"
        f"{told['section'] or ''}  month {told['month'] or '?'}"
    )
    print(
        f"  {told['pupils']} pupils, {len(told['days'])} days taken: {marks['present']} present, "
        f"{marks['absent']} absent, {marks['leave']} leave, {marks['holiday']} holiday"
    )
    for question in told["questions"]:
        print(
            f"  ? {question['reason']} [{' | '.join(question['choices'])}]  --answer '{question['key']}=…'"
        )
    for problem in told["problems"] + told["assumed"]:
        where = " ".join(
            f"{name} {problem[name]}" for name in ("row", "column") if problem[name] is not None
        )
        print(f"  - {where + ': ' if where else ''}{problem['reason']}")


@app.command("pupils")
def import_pupils(
    files: Files,
    school: School = "",
    as_json: AsJson = False,
    dry_run: DryRun = False,
    answer: Annotated[
        list[str] | None,
        typer.Option("--answer", help="Answer a question: KEY=CHOICE, as they are printed."),
    ] = None,
) -> None:
    """Take lists of pupils in: UDISE, class, section, roll, names, village; CSV or XLSX.

    A pupil already known stays one record; a village that is not known is the school's, marked as
    assumed. Importing twice changes nothing. Who may have left, and who has the roll number of a pupil
    with another surname, is asked about and not enrolled; [bold]--answer KEY=CHOICE[/bold] says which.
    The code is not 0 when nothing of a file came in.
    """
    with_django()
    from .pupil_import import dry_run_pupils, import_files

    answers = _answers(answer)
    if dry_run:
        sys.exit(dry_run_pupils(files, school=school, answers=answers, as_json=as_json))
    sys.exit(import_files(files, school=school, answers=answers, as_json=as_json))


@app.command("areas")
def import_areas(files: Files, as_json: AsJson = False, dry_run: DryRun = False) -> None:
    """Take areas in, as the Local Government Directory and the Census publish them (CSV).

    States, districts, sub-districts, blocks and villages, in one call or one after another; the
    kind of each file is known by its heading. A list of towns is refused. The code is not 0 when
    nothing of a file came in.
    """
    with_django()
    from .place_import import dry_run_places, import_area_files

    if dry_run:
        sys.exit(dry_run_places(files, schools=False, as_json=as_json))

    sys.exit(import_area_files(files, as_json=as_json))


@app.command("schools")
def import_schools(files: Files, as_json: AsJson = False, dry_run: DryRun = False) -> None:
    """Take schools in, as UDISE publishes them (CSV).

    Their villages are proposed as the directory's villages of the same name, for a person to
    confirm. Wrong rows are told by line and kept for repair. The code is not 0 when nothing of a
    file came in.
    """
    with_django()
    from .place_import import dry_run_places, import_school_files

    if dry_run:
        sys.exit(dry_run_places(files, schools=True, as_json=as_json))

    sys.exit(import_school_files(files, as_json=as_json))
