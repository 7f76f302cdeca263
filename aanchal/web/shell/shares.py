"""How many connections each of the site's processes holds, so that a new one goes where fewest are.

All processes wait at one socket, and the system wakes them all for a connection: whoever is quickest
takes it. Connections are kept open, so chance could give one process all of them and another none.
"""

import mmap
import struct
import tempfile
from typing import BinaryIO

_NUMBER = struct.Struct("<q")


def shared_counts(processes: int) -> BinaryIO:
    """A nameless file with one number a process, all nought; its handle is given to each of them."""
    counts = tempfile.TemporaryFile()  # noqa: SIM115  # as long as the processes live
    counts.truncate(_NUMBER.size * processes)
    return counts


class Share:
    """One process's place among the counts.

    Args:
        handle: of the file that `shared_counts` made.
        place: which of its numbers is this process's own, from nought.
    """

    def __init__(self, handle: int, place: int) -> None:
        self._counts = mmap.mmap(handle, 0)
        self._place = place
        self.tell(0)

    def tell(self, connections: int) -> None:
        """Say how many this process holds."""
        _NUMBER.pack_into(self._counts, self._place * _NUMBER.size, connections)

    def has_more_than_another(self) -> bool:
        """Whether some other process holds fewer, so that it should take the next."""
        counts = [number for (number,) in _NUMBER.iter_unpack(self._counts[:])]
        return counts[self._place] > min(counts)
