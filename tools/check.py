"""Everything that can be said about the code without running it; one line a check."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

CHECKS: dict[str, list[str]] = {
    "style": [f"{BIN}/ruff", "check", "--quiet", "."],
    "shape": [f"{BIN}/ruff", "format", "--check", "--quiet", "."],
    "borders": [f"{BIN}/lint-imports", "--no-cache"],
    "types": [f"{BIN}/mypy"],
    "migrations": [sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run"],
    "reference pages": [sys.executable, "-m", "tools.generate_docs", "--check"],
    "translations": [sys.executable, "-m", "tools.translations", "check"],
}


def main() -> int:
    """Run every check, print what each found, and say at the end whether all hold."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "aanchal.settings"}
    failed = []
    for name, command in CHECKS.items():
        began = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        seconds = time.monotonic() - began
        print(f"{'ok  ' if done.returncode == 0 else 'FAIL'} {name} ({seconds:.0f} s)", flush=True)
        if done.returncode:
            failed.append(name)
            print((done.stdout + done.stderr).rstrip(), flush=True)
    if failed:
        print(f"Not ready: {', '.join(failed)}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
