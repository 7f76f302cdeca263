"""What is wrong with a line of a file of places or schools, said so that a person can repair it."""

from collections.abc import Mapping

from aanchal.lib.tabular.problems import Problem, Value

SHOWN = 40  # letters of a cell that a sentence repeats


def line_left_out(
    row: int | None,
    column: str | None,
    code: str,
    template: str,
    params: Mapping[str, Value] | None = None,
    *,
    raw: Mapping[str, str] | None = None,
) -> Problem:
    """The problem of a line that did not go in and waits for repair."""
    return Problem(row, column, code, template, params or {}, left_out=True, raw=raw)


def shown(text: str) -> str:
    """A cell as a sentence may repeat it: one line, not long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= SHOWN else flat[: SHOWN - 1] + "…"
