"""Work side by side: the compiled loops let go of Python while they run."""

from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

Part = TypeVar("Part")
Result = TypeVar("Result")


def side_by_side(do: Callable[[Part], Result], parts: Sequence[Part], threads: int) -> list[Result]:
    """`do` for every part, the results in order; this thread works too.

    Raises:
        whatever `do` raised first, once no thread works any more.
    """
    left: SimpleQueue[int] = SimpleQueue()
    for number in range(len(parts)):
        left.put(number)
    done: dict[int, Result] = {}
    failed: list[BaseException] = []

    def work() -> None:
        try:
            while not failed:
                number = left.get_nowait()
                done[number] = do(parts[number])
        except Empty:
            pass
        except BaseException as error:  # it goes on in the thread that asked
            failed.append(error)

    others = [Thread(target=work, name="watch") for _ in range(min(threads, len(parts)) - 1)]
    for other in others:
        other.start()
    work()
    for other in others:
        other.join()
    if failed:
        raise failed[0]
    return [done[number] for number in range(len(parts))]
