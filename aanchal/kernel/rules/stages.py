"""What may follow what, for a row of a file that could not be taken in. Pure."""

from aanchal.lib.stages import FOLLOWS, Moves

from ..verbs import KernelVerb

# How it was settled is told beside the file it came from; see `KernelVerb.IMPORT_PROBLEM_REPAIRED`.
IMPORT_PROBLEM_MOVES: Moves = {
    "open": {
        "repaired": (KernelVerb.IMPORT_PROBLEM_REPAIRED, FOLLOWS),
        "set_aside": (
            KernelVerb.IMPORT_PROBLEM_REPAIRED,
            KernelVerb.IMPORT_PROBLEM_SETTLED,
            FOLLOWS,
        ),
    },
    # Undone: it waits for repair again.
    "repaired": {"open": KernelVerb.IMPORT_PROBLEM_REPAIRED},
    "set_aside": {"open": (KernelVerb.IMPORT_PROBLEM_REPAIRED, KernelVerb.IMPORT_PROBLEM_REOPENED)},
}
