"""What both sides of the limits know: the frames of an answer, and how a task refuses."""

import struct
from typing import Any

# An answer is a run of frames: one byte for its kind, four for its length, and so many bytes.
HEAD = struct.Struct("!BI")
PROGRESS, RESULT, REFUSED, DONE, FAILED = 1, 2, 3, 4, 5


class Refusal(Exception):
    """Raised by a task: the file as a whole cannot be read, with the sentence that says why."""

    def __init__(self, code: str, template: str, params: dict[str, Any]) -> None:
        super().__init__(code)
        self.code = code
        self.template = template
        self.params = params
