"""Counts, over a whole run of the tests, what each use case was seen to do.

Nothing is grepped: the function inside every `use_case` is wrapped where the decorator holds it, so
that each call is seen whichever name it was called by, and the events it put into the audit's
buffer are counted while the buffer is open.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass
class Line:
    """What one use case did in this process."""

    calls: int = 0
    done: int = 0
    done_with_event: int = 0
    refused: int = 0
    wrong: int = 0


LEDGER: dict[str, Line] = {}


def keep() -> None:
    """Begin to watch every use case that is registered by now and not yet watched."""
    from aanchal.kernel.actions import USE_CASES

    for name, run in USE_CASES.items():
        if name in LEDGER:
            continue
        LEDGER[name] = Line()
        place = run.__code__.co_freevars.index("function")
        cell = run.__closure__[place]  # type: ignore[index]
        cell.cell_contents = _watched(cell.cell_contents, LEDGER[name])


def _watched(function: Callable[..., Any], line: Line) -> Callable[..., Any]:
    from aanchal.kernel import audit
    from aanchal.kernel.errors import DomainError, NotAllowed, NotFound, SecondPerson

    def run(*args: Any, **kwargs: Any) -> Any:
        buffer = audit._buffer.get()
        before = len(buffer.events) if buffer else 0
        line.calls += 1
        try:
            result = function(*args, **kwargs)
        except (NotAllowed, NotFound, SecondPerson):
            line.refused += 1
            raise
        except DomainError:
            line.wrong += 1
            raise
        line.done += 1
        if buffer and len(buffer.events) > before:
            line.done_with_event += 1
        return result

    return run
