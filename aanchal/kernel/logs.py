"""Logs are read by the wrong person one day: no values, no paths with tokens, no tracebacks' data."""

import logging
import re
import traceback
from types import TracebackType

TOKEN = re.compile(r"[A-Za-z0-9_-]{24,}")


def kind_and_place(kind: type[BaseException], trail: TracebackType | None) -> str:
    """An error's class and the lines it passed through, innermost first; never its text.

    The text of an exception can hold a name: a database quotes the row it refused.
    """
    places = " < ".join(
        f"{frame.name}:{frame.lineno}" for frame in reversed(traceback.extract_tb(trail))
    )
    return f"{kind.__name__} at {places}"


class Scrub(logging.Filter):
    """Keeps a record's sentence and an error's kind and place; drops everything that was data."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[0] is not None:
            kind, _value, trail = record.exc_info
            record.msg = kind_and_place(kind, trail)
            record.args = ()
            record.exc_info = None
            record.exc_text = None
        else:
            record.msg = TOKEN.sub("…", record.getMessage())
            record.args = ()
        record.stack_info = None
        return True
