"""Where compiled kernels are kept: in a folder named by the sources of all of them.

Numba looks at the one file a function stands in. A kernel takes in functions and numbers of the
files beside it, so after a change there it would run as it was compiled before, and answer wrongly
or never. Here a change in any of them is a new folder, and everything is compiled anew.
"""

import hashlib
from pathlib import Path
from typing import Final

from numba import config, njit

__all__ = ["KEPT_IN", "digest", "njit"]

_RULES: Final = Path(__file__).parent
_PARTS: Final = ("lanes", "words", "layout", "rows", "book", "state", "kernel", "plane_kernel")


def digest(folder: Path) -> str:
    """A short hash of every source in a folder of rules, and of the marks beside it, that is compiled."""
    found = [folder / f"{part}.py" for part in _PARTS] + [folder.parent / "marks.py"]
    sources = hashlib.sha256()
    for path in sorted(found):
        sources.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return sources.hexdigest()[:16]


# NUMBA_CACHE_DIR is for an office whose package may not be written to; without it numba goes on to
# a folder of the user's own there.
_asked = getattr(config, "CACHE_DIR", "")
_BASE: Final = Path(_asked) if _asked else _RULES / "__pycache__"
KEPT_IN: Final = _BASE / f"kernels-{digest(_RULES)}"
# Now, not at the first call: numba chooses the folder when it meets a kernel's definition.
vars(config)["CACHE_DIR"] = str(KEPT_IN)
