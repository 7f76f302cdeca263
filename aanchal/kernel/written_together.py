"""Audit events of several pages in one transaction.

On the embedded database a commit waits for the disk, keeps every reader out and costs the same for
one event as for many. While one page's events are being committed, others gather; the next of them
to have its turn writes for all that wait. No page goes on before what it shows is committed.
"""

import threading
from dataclasses import dataclass

from django.db import transaction

from . import audit


@dataclass
class _Page:
    """The events of one page, and what became of them."""

    events: list[audit.Event]
    is_over: bool = False
    failure: BaseException | None = None


class WrittenTogether:
    """Writes events of all threads of this process; each caller waits until hers are committed."""

    def __init__(self) -> None:
        self._waiting: list[_Page] = []
        self._guard = threading.Lock()
        self._turn = threading.Lock()

    def write(self, events: list[audit.Event]) -> None:
        """Commit events whose rows are sealed already, with those of others that wait.

        Raises:
            OperationalError, Locked: they could not be written, nor those beside them.
        """
        page = _Page(events)
        with self._guard:
            self._waiting.append(page)
        with self._turn:
            if not page.is_over:
                with self._guard:
                    pages, self._waiting = self._waiting, []
                _commit(pages)
        if page.failure is not None:
            raise page.failure


def _commit(pages: list[_Page]) -> None:
    try:
        with transaction.atomic(durable=True):
            audit.write_events([event for page in pages for event in page.events])
    except BaseException as failure:
        # Whoever writes for others tells each of them; she herself is one of them.
        for page in pages:
            page.failure = failure
    finally:
        for page in pages:
            page.is_over = True
