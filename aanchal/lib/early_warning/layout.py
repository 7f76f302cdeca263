"""How the watch's state lies in memory while it is moved; shared by the parts of the kernel.

Sixteen classes stand side by side, a *group*; a *row* holds the first child of each, the next row
the second, and so on. So sums over a class go down the rows, and no lane waits for another.
"""

from typing import Final

import numpy as np

from .lanes import LANES

PARAMETERS: Final = 20  # see `parameters` in early_warning.py
SIGNAL_WHOLES: Final = 12
DUE_GRAINS: Final = 4096  # expected absences are summed in whole 4096ths
AWAY_DUE: Final = 3686 / DUE_GRAINS  # expected of a child who is thought not to come as usual
LEAST_NORMAL: Final = 2.0**-12  # of her weights, coming as usual keeps at least about this
SEEN_DAYS: Final = 32  # taken days remembered bit by bit
RECENT_DAYS: Final = 20  # her own marked days that a sentence looks back over

# A row's persistent reals, each sixteen times.
NORMAL: Final = 0
ILL: Final = LANES
GONE: Final = 2 * LANES
SLIDE: Final = 3 * LANES
USUAL: Final = 4 * LANES  # her rate of absence, as settled; 0: unknown
ROW_REALS: Final = 5 * LANES

# A row's persistent whole numbers.
ABSENT_BITS: Final = 0  # absent on each of the last 32 taken days, the newest lowest
MARKED_BITS: Final = LANES
TOTALS: Final = 2 * LANES  # absent days << 16 | marked days
BASES: Final = 3 * LANES  # class presences << 16 | class marks, before the run's first day
RUN: Final = 4 * LANES  # first day << 16 | after a break << 15 | length << 1 | asked
HABIT: Final = 5 * LANES  # days from which her habit is learnt << 16 | absences, each by its share
ROW_WHOLES: Final = 6 * LANES
HABIT_GRAINS: Final = 256  # both are kept in 256ths

# What is derived for a row while it is moved.
EXPECT: Final = 0  # the rate of absence expected of her when she comes as usual
LEAN: Final = LANES  # odds against an absence, by that rate
ROW_SCRATCH: Final = 2 * LANES

# Of each row one uint16 a truth, sixteen children in it: three that are carried, then three for each
# of 32 columns.
FREE: Final = 0  # she may be asked after: she was not, or has come back since
AS_USUAL: Final = 1  # coming as usual is the likeliest explanation
HIT: Final = 2  # her evidence is enough today
FIRST_COLUMN: Final = 3
MARKED: Final = 0
ABSENT: Final = 1
COLUMN_TRUTHS: Final = 2
TRUTHS: Final = FIRST_COLUMN + COLUMN_TRUTHS * 32

# Real numbers of the group's classes; the first four are persistent.
SLOW_ABSENT: Final = 0
SLOW_DUE: Final = LANES
SLOW_MARKED: Final = 2 * LANES
MEAN: Final = 3 * LANES  # the class's rate of absence, as settled; 0: not yet
SUM_DUE: Final = 4 * LANES
SUM_MARKED: Final = 5 * LANES
SUM_ABSENT: Final = 6 * LANES
SHARE: Final = 7 * LANES
ODDS_USUAL: Final = 8 * LANES
ODDS_AWAY: Final = 9 * LANES
BREAK_ILL: Final = 10 * LANES
BREAK_GONE: Final = 11 * LANES
ASK_GONE: Final = 12 * LANES
ASK_SLIDE: Final = 13 * LANES
UNUSUAL: Final = 14 * LANES  # how much harm, beside illness, outweighs coming as usual
CLASS_FIELDS: Final = 15 * LANES

# Their whole numbers, all persistent.
TAKEN: Final = 0
LAST_ON: Final = LANES
CAME_ALL: Final = 2 * LANES
MARKS_ALL: Final = 3 * LANES
CLASS_COUNTS: Final = 4 * LANES

# What sentences need of each column's class-days: class totals before it, whether a break preceded.
BEFORE_CAME: Final = 0
BEFORE_MARKS: Final = LANES
AFTER_BREAK: Final = 2 * LANES
DAY_BOOK: Final = 3 * LANES

# The rule's numbers as the kernel reads them.
(
    P_BASE,
    P_CLASS_STRENGTH,
    P_OWN_STRENGTH,
    P_OWN_MEMORY,
    P_FORGET,
    P_CLASS_DAY,
    P_SLOW_KEEP,
    P_SLOW_STRENGTH,
    P_SHARPEST,
    P_EVEN,
    P_FIT_AWAY,
    P_FIT_SLIDE,
    P_STAY_ILL,
    P_STAY_SLIDE,
    P_BACK_ILL,
    P_IN_ILL,
    P_SCORE_GONE,
    P_SCORE_SLIDE,
    P_BREAK_ILL,
    P_BREAK_GONE,
) = range(PARAMETERS)

NONE: Final = np.uint32(0xFFFFFFFF)
