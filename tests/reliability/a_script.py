"""Runs one script of a test as a process of its own: python -m tests.reliability.a_script FILE."""

import runpy
import sys

if __name__ == "__main__":
    runpy.run_path(sys.argv[1], run_name="__main__")
