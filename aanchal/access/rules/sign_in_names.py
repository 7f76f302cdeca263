"""Names to sign in with. Pure, but for the randomness handed in.

They are given by the system. A name that a person may choose tells her which names are taken,
and so who has an account; and it often is her own name.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")

# Trees, birds, fruit and things of a house, short and written as they are spoken.
WORDS = (
    "neem", "aam", "imli", "bargad", "kela", "tota", "maina", "koel", "mor", "hiran",
    "nadi", "talab", "baadal", "tara", "suraj", "dhaan", "gehu", "makka", "haldi", "adrak",
    "diya", "ghara", "charkha", "patang", "sitar", "dholak", "naav", "pul", "kheti", "phool",
    "kamal", "genda", "champa", "bela", "palash", "tulsi", "nimbu", "anar", "jamun", "litchi",
)  # fmt: skip


def sign_in_name(choose: Callable[[Sequence[str]], str], number: Callable[[int], int]) -> str:
    """Make a name such as "neem-4821".

    Args:
        choose: picks one of a sequence.
        number: a number from 0 up to, not including, its argument.
    """
    return f"{choose(WORDS)}-{number(9000) + 1000}"
