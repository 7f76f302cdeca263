"""Style, scripts and letters as the browser gets them: small on a slow network, fetched once.

Nothing is collected at setup. Each file's address carries a hash of what is in it (`?v=…`), so that
a browser may keep it for a year and still gets the new one on the day it changes. Text is kept
packed beside the data, under the hash of what was packed: a packed file is never out of date.
"""

import gzip
import hashlib
import os
from functools import cache
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

PACKED = frozenset({".css", ".js", ".svg"})


def content_hash(path: str | Path) -> str:
    """The first letters of the hash of a file's content."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]


@cache
def version_of(name: str) -> str:
    """The hash that stands in the address of a static file; "" for one that is not there."""
    path = finders.find(name)
    return content_hash(path) if path else ""


class VersionedStorage(StaticFilesStorage):
    """Addresses of static files with the hash of their content."""

    def url(self, name: str | None) -> str:
        version = version_of(name) if name else ""
        return f"{super().url(name)}?v={version}" if version else super().url(name)


class Static(WhiteNoiseMiddleware):
    """Serves the package's own files, text packed."""

    FOREVER = 365 * 24 * 60 * 60

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> StaticFile:
        packed = packed_beside_the_data(Path(path)) if Path(path).is_file() else None
        if packed is None:
            return super().get_static_file(path, url, stat_cache)
        headers = Headers([])
        self.add_mime_headers(headers, path, url)
        self.add_cache_headers(headers, path, url)
        return StaticFile(path, headers.items(), encodings={"gzip": str(packed)})

    def immutable_file_test(self, path: str, url: str) -> bool:
        # Asked for by `{% static %}` alone, hence always with their hash; letters are named by the
        # style sheet without one and are kept for less long.
        return Path(path).suffix in PACKED


def packed_beside_the_data(path: Path) -> Path | None:
    """The packed copy of a text file, made when it is not there; None where none can be kept."""
    if path.suffix not in PACKED:
        return None
    packed = Path(settings.AANCHAL_PACKED) / f"{content_hash(path)}.gz"
    if packed.exists():
        return packed
    unfinished = packed.with_suffix(f".{os.getpid()}")
    try:
        packed.parent.mkdir(parents=True, exist_ok=True)
        # No time in it: the same content is the same bytes.
        unfinished.write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
        unfinished.replace(packed)
    except OSError:
        return None  # a home that cannot be written to: the plain file is served
    return packed
