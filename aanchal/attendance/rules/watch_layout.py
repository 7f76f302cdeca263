"""How the watch's state lies in memory while it is moved; shared by the parts of the kernel."""

from typing import Final

import numpy as np

from .watch_state import LANES

PARAMETERS: Final = 28  # see `parameters` in early_warning.py
SIGNAL_WHOLES: Final = 12
GROUP_BLOCKS: Final = 24  # blocks of 16 children moved together: about 18 kB
GROUP_CLASSES: Final = 32  # at most; a power of the lanes, so that classes too go side by side
DUE_ONE: Final = 65536  # expected absences are summed in whole 1/65536ths
AWAY_DUE: Final = 0.95  # expected of a child thought ill or gone
SLIDE_DUE: Final = 0.5  # at least so much expected of a child thought to slip away
RENORM_BITS: Final = np.uint32(7)  # the odds are brought back to sum 1 every eighth taken day
SEEN_DAYS: Final = 32  # taken days remembered bit by bit
RECENT_DAYS: Final = 20  # her own marked days that a sentence looks back over

# Fields of a block while it is moved; the first six are the persistent reals.
USUAL: Final = 0
GAIN: Final = LANES
NORMAL: Final = 2 * LANES
ILL: Final = 3 * LANES
GONE: Final = 4 * LANES
SLIDE: Final = 5 * LANES
ASKED: Final = 6 * LANES
ABSENT: Final = 7 * LANES
MARKED: Final = 8 * LANES
DUE: Final = 9 * LANES
HIT: Final = 10 * LANES
BLOCK: Final = 11 * LANES

# The same places once the state has been copied out, while a year's book is closed.
COUNTED: Final = 0
SEEN_A: Final = LANES
SEEN_M: Final = 2 * LANES
LENGTH: Final = 3 * LANES
EARLIEST: Final = 4 * LANES
ENDED: Final = 5 * LANES

# Persistent whole numbers of a child.
ABSENT_BITS: Final = 0  # absent on each of the last 32 taken days, the newest lowest
MARKED_BITS: Final = LANES
TOTALS: Final = 2 * LANES  # absent days << 16 | marked days
BASES: Final = 3 * LANES  # class presences << 16 | class marks, before the run's first day
RUN: Final = 4 * LANES  # first day << 16 | after a break << 15 | length << 1 | asked

# Fields of a class while its group is moved: its persistent numbers, then what its day says.
SLOW_A: Final = 0
SLOW_Q: Final = 1
SLOW_M: Final = 2
TAKEN: Final = 3
LAST_ON: Final = 4
CAME_ALL: Final = 5
MARKS_ALL: Final = 6
SUM_M: Final = 7
SUM_A: Final = 8
SUM_Q: Final = 9
MEAN: Final = 10
SEEN: Final = 11
CAME_K: Final = 12
REST: Final = 13
SHARE: Final = 14
AFTER: Final = 15
CLASS_FIELDS: Final = 16
