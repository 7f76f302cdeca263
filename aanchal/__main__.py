"""`python -m aanchal`: the same as the `aanchal` command."""

from aanchal.cli import main

main()
