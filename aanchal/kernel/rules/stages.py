"""What may follow what, for a row of a file that could not be taken in. Pure."""

from aanchal.lib.stages import FOLLOWS, Moves

# How it was settled is told beside the file it came from; see `Verb.REGISTER_REPAIRED`.
IMPORT_PROBLEM_MOVES: Moves = {
    "open": {
        "repaired": ("register.repaired", FOLLOWS),
        "set_aside": ("register.repaired", "import_problem.settled", FOLLOWS),
    },
    # Undone: it waits for repair again.
    "repaired": {"open": "register.repaired"},
    "set_aside": {"open": ("register.repaired", "import_problem.reopened")},
}
