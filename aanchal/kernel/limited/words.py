"""What both sides of the limits know: the frames of an answer."""

import struct

# An answer is a run of frames: one byte for its kind, four for its length, and so many bytes.
HEAD = struct.Struct("!BI")
PROGRESS, RESULT, REFUSED, DONE, FAILED = 1, 2, 3, 4, 5
