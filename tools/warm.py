"""Compile the watch's kernels once, at set-up, so that no user waits for a compiler."""

import importlib
import pkgutil

from aanchal.attendance import rules


def main() -> None:
    """Call `warm()` of every module of attendance rules that has one."""
    for module in pkgutil.iter_modules(rules.__path__):
        loaded = importlib.import_module(f"{rules.__name__}.{module.name}")
        warm = getattr(loaded, "warm", None)
        if warm is not None:
            warm()


if __name__ == "__main__":
    main()
