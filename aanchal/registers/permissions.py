"""Permissions over registers. Pure."""

from aanchal.kernel.vocabulary import Permission, Shows


class RegisterPermission(Permission):
    """What may be done to registers."""

    REGISTER_IMPORT = "register_import", "send registers, and see those that were sent", Shows.NAMES
    REGISTER_REPAIR = (
        "register_repair",
        "settle rows and cells that were not understood",
        Shows.NAMES,
    )
    REGISTER_CORRECT = (
        "register_correct",
        "change what a register says, or agree to it",
        Shows.NAMES,
    )
