"""Opening a kept register for its reader: unsealed in memory, never on disk."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from aanchal.kernel.files import chunks
from aanchal.kernel.models import StoredFile


@contextmanager
def open_kept(stored: StoredFile) -> Iterator[BinaryIO]:
    """The plain content of a stored file as a stream one can seek in; gone when closed."""
    held = io.BytesIO()
    for piece in chunks(stored):
        held.write(piece)
    held.seek(0)
    try:
        yield held
    finally:
        held.close()
