"""Opening a kept register for its reader: unsealed in memory, never on disk."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from aanchal.kernel.files import chunks
from aanchal.kernel.limited import memory_file
from aanchal.kernel.models import StoredFile


@contextmanager
def open_kept(stored: StoredFile) -> Iterator[IO[bytes]]:
    """The plain content of a stored file as a stream one can seek in; gone when closed."""
    with memory_file() as held:
        for piece in chunks(stored):
            held.write(piece)
        held.seek(0)
        yield held
