"""What a limited process really is kept from, tried out inside one; for the doctor."""

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any


def what_is_shut(
    source: IO[bytes], arguments: dict[str, Any], progress: Callable[[float], None]
) -> Iterator[bytes]:
    """Try to look into a folder and to open a line to the network; tell which was refused."""
    shut = []
    try:
        next(Path(arguments["folder"]).iterdir(), None)
    except PermissionError:
        shut.append("files")
    try:
        socket.socket().close()
    except PermissionError:
        shut.append("calls")
    yield json.dumps(shut).encode()
