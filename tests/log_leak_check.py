"""What was said aloud during a run of the tests, and what must not have been in it.

Every text that any test put into a sealed field is a canary. What the loggers wrote, as they are
set in use, and what pages of refusal and error showed, is kept; at the end no canary may be in it.
"""

import copy
import logging
import re
from pathlib import Path
from typing import Any

from tests.conftest import run_folder

CANARIES: set[str] = set()
_WORD = re.compile(r"[^\W_]+")
_MODEL = re.compile(r"[a-z]+\.[A-Z][A-Za-z]+")
# The line above each page says to its reader in which place she works; places are no secret.
_HERE = re.compile(rb'(?s)<div class="here">.*?</div>')


def said_aloud() -> Path:
    """The file that keeps it, one a process."""
    return run_folder() / "said-aloud.txt"


def listen() -> None:
    """Begin to keep what is logged, shown in error, and sealed."""
    from django.conf import settings
    from django.test import Client

    from aanchal.kernel import fields
    from aanchal.kernel.logs import Scrub

    said_aloud().touch()
    make = logging.getLogRecordFactory()
    line = logging.Formatter(settings.LOGGING["formatters"]["line"]["format"])
    scrub = Scrub()

    # Here and not in a handler: a test that sets logging up anew would take a handler away.
    def heard_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        if record.levelno >= (
            logging.INFO if record.name.startswith("aanchal") else logging.WARNING
        ):
            written = copy.copy(record)
            scrub.filter(written)
            with said_aloud().open("a", encoding="utf-8") as out:
                out.write(line.format(written) + "\n")
        return record

    logging.setLogRecordFactory(heard_record)

    request = Client.request

    def heard(self: Client, **kwargs: Any) -> Any:
        response = request(self, **kwargs)
        # 400 may show a form again with what its own writer typed.
        if response.status_code > 400 and not response.streaming:
            with said_aloud().open("ab") as out:
                out.write(_HERE.sub(b"", response.content) + b"\n")
        return response

    Client.request = heard  # type: ignore[method-assign]

    for kind in (fields.SealedTextField, fields.SealedJSONField):
        _note_what(kind)


def _note_what(kind: Any) -> None:
    to_plain_bytes = kind.to_plain_bytes

    def noting(self: Any, value: Any) -> bytes:
        _note(value)
        return to_plain_bytes(self, value)  # type: ignore[no-any-return]

    kind.to_plain_bytes = noting


def _note(value: Any) -> None:
    if isinstance(value, dict):
        for inner in value.values():
            _note(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            _note(inner)
    # A code such as "sick", a number or the name of a table is a word of ours; a person's name has a
    # capital or another script.
    elif (
        isinstance(value, str)
        and len(value) >= 5
        and re.search(r"[A-Z]|[^\x00-\x7f]", value)
        and not _MODEL.fullmatch(value)
    ):
        CANARIES.add(value)


def leaks(text: str) -> list[str]:
    """Canaries that stand in a text as whole words."""
    words = set(_WORD.findall(text))
    likely = [c for c in CANARIES if words.issuperset(_WORD.findall(c)) and c in text]
    return [c for c in likely if re.search(rf"(?<!\w){re.escape(c)}(?!\w)", text)]
