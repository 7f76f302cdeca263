"""How the watch's state lies in memory while it is moved; shared by the parts of the kernel."""

from typing import Final

from .watch_state import LANES

PARAMETERS: Final = 26  # see `parameters` in early_warning.py
SIGNAL_WHOLES: Final = 12
GROUP_BLOCKS: Final = 24  # blocks of 16 children moved together: about 18 kB
GROUP_CLASSES: Final = 24
DUE_ONE: Final = 65536  # expected absences are summed in whole 1/65536ths
AWAY_DUE: Final = 0.95  # expected of a child thought ill or gone
SLIDE_DUE: Final = 0.5  # at least so much expected of a child thought to slip away
RENORM: Final = 8  # taken days after which the odds are brought back to sum 1
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

# Persistent whole numbers of a child.
ABSENT_BITS: Final = 0  # absent on each of the last 32 taken days, the newest lowest
MARKED_BITS: Final = LANES
TOTALS: Final = 2 * LANES  # absent days << 16 | marked days
BASES: Final = 3 * LANES  # class presences << 16 | class marks, before the run's first day
RUN: Final = 4 * LANES  # first day << 16 | after a break << 15 | length << 1 | asked
