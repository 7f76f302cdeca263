"""Aanchal: community-led child protection."""

__version__ = "0.1.0"

from .lib.embedded_database import use_bundled_sqlite

use_bundled_sqlite()
