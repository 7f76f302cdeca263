"""Write docs/reference/ from the code, so that code and pages cannot disagree.

Usage: python -m tools.generate_docs [--check]

With --check nothing is written; it fails and names each page that is no longer what the code says.
"""

import importlib
import os
import re
import sys
from collections.abc import Callable, Iterable
from enum import Enum
from pathlib import Path
from typing import Any

from aanchal.lib.stages import Moves, words_of

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"
MARK = "<!-- Written by `make docs` from the code. Change the code, not this page. -->"


def permissions() -> str:
    """Roles and what each may do."""
    from aanchal.access import roles as named
    from aanchal.kernel.authz import role_table
    from aanchal.kernel.vocabulary import Permission

    table = role_table()

    roles = list(named.Role)
    lines = [
        "# Permissions",
        "Whether a person may do something is always asked about a record: a conflict of interest "
        "excludes first, then a seal, then role and place must admit. There is no superuser. "
        "The table is `aanchal/roles.py`; what each permission means stands in `permissions.py` of its app.",
        "## Roles",
        *_table(
            ["Role", "Is here to", "Second factor", "Sees"],
            [
                [
                    f"{named.ROLE_NAMES[role]} (`{role}`)",
                    str(named.ROLE_PURPOSES[role]),
                    _second_factor(role),
                    "what is in her own hands" if role in table.own_hands else "by place",
                ]
                for role in roles
            ],
        ),
        "## Who may do what",
        *_table(
            ["Permission", "Means", *(str(named.ROLE_NAMES[role]) for role in roles)],
            [
                [
                    f"`{p.name}`",
                    p.meaning,
                    *("yes" if p in table.permissions[r] else "" for r in roles),
                ]
                for p in sorted(Permission.all(), key=lambda p: type(p).__module__)
            ],
        ),
        "## Who may open which page",
        "A page asks first whether the caller holds its permission anywhere; whether for this "
        "record is asked after, and a record that is not hers answers as if it were absent.",
        *_table(["Address", "Name", "Methods", "Who"], _routes()),
        "## Parts of the system that act by themselves",
        ", ".join(f"`{name}`" for name in sorted(table.system_actors)),
    ]
    return _page(lines)


def _second_factor(role: Any) -> str:
    from aanchal.access import roles as named

    if role in named.MFA_ROLES:
        return "yes"
    return "enrolled device and passphrase" if role in named.DEVICE_ROLES else "no person"


def _routes() -> list[list[str]]:
    importlib.import_module("aanchal.web.urls")
    from aanchal.web.shell.routes import ROUTES

    return [
        [
            f"`/{route.path}`",
            route.name,
            ", ".join(route.methods),
            f"`{route.who.name}`" if hasattr(route.who, "name") else str(route.who),
        ]
        for route in sorted(ROUTES.values(), key=lambda r: (r.path, r.name))
    ]


def commands() -> str:
    """The command line, as `--help` tells it."""
    import typer.main

    from aanchal.cli import app

    lines = [
        "# Commands",
        "`aanchal --help` and `aanchal COMMAND --help` say the same.",
    ]
    root: Any = typer.main.get_command(app)
    if root.help:
        lines.append(_plain(root.help))
    lines += _commands(root, "aanchal")
    return _page(lines)


def _commands(command: Any, name: str) -> list[str]:
    lines: list[str] = []
    with command.make_context(name, [], resilient_parsing=True) as context:
        inside = {
            word: command.get_command(context, word) for word in command.list_commands(context)
        }
    for word, inner in inside.items():
        if inner is None or inner.hidden:
            continue
        full = f"{name} {word}"
        if hasattr(inner, "list_commands"):
            lines += [f"## `{full} …`", _plain(inner.help or ""), *_commands(inner, full)]
            continue
        with inner.make_context(full, [], resilient_parsing=True) as context:
            usage = " ".join(inner.collect_usage_pieces(context))
        lines += [f"### `{full}`", _plain(inner.help or ""), f"```\n{full} {usage}\n```"]
        rows = [row for p in inner.params if (row := _parameter(p))]
        if rows:
            lines += _table(["", "Meaning", "If not given"], rows)
    return [line for line in lines if line]


def _parameter(parameter: Any) -> list[str] | None:
    if getattr(parameter, "hidden", False) or "--help" in parameter.opts:
        return None
    is_option = parameter.opts[0].startswith("-")
    name = ", ".join([*parameter.opts, *parameter.secondary_opts])
    shown = f"`{name}`" if is_option else f"`{(parameter.metavar or parameter.name).upper()}`"
    default = parameter.default
    told = "" if default is None or callable(default) or default == () else f"`{_default(default)}`"
    return [shown, _plain(getattr(parameter, "help", "") or ""), told]


def settings() -> str:
    """What an operator may set in the environment."""
    from aanchal.settings import Environment

    prefix = str(Environment.model_config.get("env_prefix", ""))
    rows = [
        [f"`{(prefix + name).upper()}`", field.description or "", f"`{_default(field.default)}`"]
        for name, field in Environment.model_fields.items()
    ]
    return _page(
        [
            "# Settings",
            "Aanchal reads these from its environment. Nothing needs to be set to try it.",
            *_table(["Variable", "Meaning", "If not set"], rows),
        ]
    )


def _default(value: Any) -> str:
    if value is None or value == "":
        return "(empty)"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value.value if isinstance(value, Enum) else value)


def stages() -> str:
    """What may follow what: one diagram and one table a stage machine."""
    lines = [
        "# Stages",
        "What may follow what, and what the audit calls each move. A use case that finds another stage "
        "answers `wrong_state`. A move without a word follows from the move of another record, whose "
        "event tells of it.",
    ]
    for where, moves in stage_machines():
        app, noun = where
        lines += [f"## {noun} (`{app}`)", "```mermaid", "stateDiagram-v2"]
        for before, after in moves.items():
            lines += [f"    {before} --> {then}" for then in after]
            if not after:
                lines.append(f"    {before} --> [*]")
        lines += ["```"]
        lines += _table(
            ["From", "To", "Audit"],
            [
                [before, to, ", ".join(f"`{w}`" for w in words_of(moves, before, to) if w) or "–"]
                for before, after in moves.items()
                for to in after
            ],
        )
    return _page(lines, loose=False)


def stage_machines() -> Iterable[tuple[tuple[str, str], Moves]]:
    """App and name of every `…_MOVES` of a `rules/stages.py`, with its moves."""
    for path in sorted((ROOT / "aanchal").glob("*/rules/stages.py")):
        app = path.parent.parent.name
        module = importlib.import_module(f"aanchal.{app}.rules.stages")
        for name, moves in sorted(vars(module).items()):
            if name.endswith("_MOVES"):
                noun = name.removesuffix("_MOVES").replace("_", " ").capitalize()
                yield (app, noun), moves


def data_dictionary() -> str:
    """Every table and field, its privacy class, and how long it stays."""
    from django.apps import apps

    from aanchal.kernel.privacy import privacy_of

    lines = [
        "# Data dictionary",
        "What is stored, how private it is, and how long it stays. "
        "**open**: could be read aloud. **personal**: tells of a person, shown by need. "
        "**sensitive**: a child's name, a finding, a story; sealed at rest. "
        "**secret**: lets somebody in, or reveals a reporter; sealed or kept as a keyed hash.",
    ]
    for config in sorted(apps.get_app_configs(), key=lambda c: c.name):
        if not config.name.startswith("aanchal."):
            continue
        models = list(config.get_models())
        if models:
            lines.append(f"## {config.label}")
        for model in models:
            classes = privacy_of(model)
            about = (model.__doc__ or "").strip()
            lines.append(f"### {model.__name__}")
            if not about.startswith(f"{model.__name__}("):
                lines.append(_plain(about))
            lines.append(f"Kept: {model.Privacy.retention.sentence()}")  # type: ignore[attr-defined]
            lines += _table(
                ["Field", "Kind", "Class", "Meaning"],
                [
                    [f"`{f.name}`", _kind(f), classes[f.name].value, str(f.help_text)]
                    for f in model._meta.local_concrete_fields
                ],
            )
    return _page(lines)


def _kind(field: Any) -> str:
    if field.is_relation:
        return f"→ {field.related_model._meta.label}"
    return str(field.__class__.__name__).removesuffix("Field")


def _plain(text: str) -> str:
    text = re.sub(r"\[bold\](.*?)\[/bold\]", r"`\1`", text)
    text = re.sub(r"\[/?(?:green|yellow|red|cyan|dim|italic)\]", "", text)
    paragraphs = text.replace("\b", "").replace("\f", "\n\n").strip().split("\n\n")
    return "\n\n".join(" ".join(p.split()) for p in paragraphs)


def _table(head: list[str], rows: Iterable[list[str]]) -> list[str]:
    body = [[" ".join(cell.replace("|", "\\|").split()) for cell in row] for row in rows]
    lines = [head, ["---"] * len(head), *body]
    return ["\n".join(f"| {' | '.join(line)} |" for line in lines)]


def _page(parts: list[str], *, loose: bool = True) -> str:
    text = "\n\n".join([MARK, *parts]) if loose else _tight([MARK, *parts])
    return text.rstrip() + "\n"


def _tight(parts: list[str]) -> str:
    """Join with blank lines, except inside a fenced block."""
    text, fenced = "", False
    for part in parts:
        text += part + ("\n" if fenced or part == "```mermaid" else "\n\n")
        if part.startswith("```"):
            fenced = not fenced
            text = text.rstrip("\n") + ("\n" if fenced else "\n\n")
    return text


HAND_OVERS = "../hand-overs.md"


def hand_over_page() -> str:
    """Who is told, what comes next, what if nobody acts, how a mistake is taken back."""
    from aanchal.notices.hand_overs import hand_overs

    lines = [
        "# Hand-overs",
        "For each state of a record: who is told, what comes next, what happens if nobody acts, and "
        "how a mistake is taken back. Rows and hours are `aanchal/notices/data/hand_overs.toml` "
        "(programme guidance); the notices take their times from the same rows. Nobody is told who "
        "is implicated in a record or kin of its child, whatever the step; of a sealed record only "
        "its team and then the office outside are told. *Coordinator*, *district* and *outside* "
        "learn that something waits, not what.",
    ]
    noun = ""
    rows: list[list[str]] = []
    head = ["State", "Who is told", "What comes next", "If nobody acts", "A mistake"]
    for row in hand_overs().values():
        kind, state = row.key.split(".")
        if kind != noun:
            lines += _table(head, rows) if rows else []
            lines.append(f"## {kind.replace('_', ' ').capitalize()}")
            noun, rows = kind, []
        rows.append(
            [state.replace("_", " "), row.told, row.comes_next, _if_nobody(row), row.mistake]
        )
    lines += _table(head, rows)
    return _page(lines)


CIRCLES = {
    "holder": "in whose hands it is",
    "nearest": "the nearest who may act",
    "another": "one more who may act",
    "everyone": "everyone who may act",
    "coordinator": "the coordinator",
    "district": "the coordinators of the district",
    "outside": "the office outside",
}


def _if_nobody(row: Any) -> str:
    if row.waits_in:
        return f"Counted with {row.waits_in.replace('.', ', ').replace('_', ' ')}."
    if not row.steps:
        return str(row.nobody) or "Nothing waits."
    told = [_ladder(row.steps)]
    if row.urgent_steps:
        told = [f"Urgent: {_ladder(row.urgent_steps)}", f"Ordinary: {_ladder(row.steps)}"]
    if row.opened_gives:
        told.append(f"Opened by one of them: {_hours(row.opened_gives)} more.")
    if row.urgent_opened_gives != row.opened_gives:
        told.append(f"An urgent one: {_hours(row.urgent_opened_gives)} more.")
    return " ".join(told)


def _ladder(steps: Any) -> str:
    return "; ".join(_step(step) for step in steps) + "."


def _step(step: Any) -> str:
    who = CIRCLES[step.circle]
    if step.from_due:
        return f"{_hours(step.after)} past its day {who}" if step.after else f"past its day {who}"
    return f"after {_hours(step.after)} {who}" if step.after else f"at once {who}"


def _hours(span: Any) -> str:
    hours = int(span.total_seconds() // 3600)
    return f"{hours} h" if hours % 24 or hours < 48 else f"{hours // 24} days"


PAGES: dict[str, Callable[[], str]] = {
    "permissions.md": permissions,
    "commands.md": commands,
    "settings.md": settings,
    "stages.md": stages,
    "data-dictionary.md": data_dictionary,
    HAND_OVERS: hand_over_page,
}


def main() -> int:
    """Write the pages, or with --check compare them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aanchal.settings")
    import django
    from django.utils import translation

    django.setup()
    stale = []
    with translation.override("en"):
        for name, make in PAGES.items():
            path, text = FOLDER / name, make()
            if path.exists() and path.read_text(encoding="utf-8") == text:
                continue
            stale.append(name)
            if "--check" not in sys.argv:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    if "--check" in sys.argv and stale:
        print(f"Not what the code says any more: {', '.join(stale)}. Run: make docs")
        return 1
    for name in stale:
        print(f"wrote {(FOLDER / name).resolve().relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
