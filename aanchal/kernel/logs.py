"""Logs are read by the wrong person one day: no values, no paths with tokens, no tracebacks' data."""

import logging
import re
import traceback

TOKEN = re.compile(r"[A-Za-z0-9_-]{24,}")


class Scrub(logging.Filter):
    """Keeps a record's sentence and an error's kind and place; drops everything that was data.

    The text of an exception can hold a name (a database quotes the row it refused), so only its
    class and the lines it passed through are logged.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[0] is not None:
            kind, _value, trail = record.exc_info
            places = " < ".join(
                f"{frame.name}:{frame.lineno}" for frame in reversed(traceback.extract_tb(trail))
            )
            record.msg = f"{kind.__name__} at {places}"
            record.args = ()
            record.exc_info = None
            record.exc_text = None
        else:
            record.msg = TOKEN.sub("…", record.getMessage())
            record.args = ()
        return True
