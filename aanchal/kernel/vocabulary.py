"""What permissions and words of the audit are made of. Which ones there are, each app says itself.

An app declares its permissions in `permissions.py`, as a subclass of `Permission`, and what the audit
calls its acts in `verbs.py`, as a subclass of `Verb`. Here stands none of them. `Permission.all()` and
`Permission.named("…")` know those of every app; two apps cannot declare the same word. Pure.
"""

from enum import Enum, IntEnum, StrEnum
from typing import Self

# (Permission or Verb, what is written) → the word.
_WORDS: dict[tuple[type | None, str], Enum] = {}


class _Word(StrEnum):
    """An enum without members, which others extend; each word of any of them is kept once."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if len(cls.__members__) != len(cls):
            raise TypeError(f"{cls.__name__} declares a word twice")
        for word in cls:
            known = _WORDS.setdefault((cls.__base__, word.value), word)
            if type(known) is not cls:
                raise TypeError(f"{cls.__name__} and {type(known).__name__} both declare {word}")

    @classmethod
    def all(cls) -> tuple[Self, ...]:
        """Every word of this kind, those of all apps, in the order of their declaration."""
        return tuple(word for word in _WORDS.values() if isinstance(word, cls))

    @classmethod
    def named(cls, word: str) -> Self:
        """The word of this kind that is written so.

        Raises:
            ValueError: no app declares it.
        """
        for base in (cls, cls.__base__):
            found = _WORDS.get((base, word))
            if isinstance(found, cls):
                return found
        raise ValueError(f"no {cls.__name__} is {word!r}")


class Shows(IntEnum):
    """What a permission lets its holder read of children, wherever she holds it."""

    NOTHING = 0
    # Names of children of a whole class or place. Two people must agree before a role with such a
    # permission has force.
    NAMES = 1
    # A child's full file, or a concern. No administrator may hold such a permission.
    FILES = 2


class Permission(_Word):
    """One thing that can be done, named NOUN_VERB: what is stored, what it means, what it shows."""

    meaning: str
    shows: Shows

    def __new__(cls, word: str, meaning: str, shows: Shows = Shows.NOTHING) -> Self:
        """Make a member of an app's own class."""
        made = str.__new__(cls, word)
        made._value_ = word
        made.meaning, made.shows = meaning, shows
        return made


class Verb(_Word):
    """What happened, as noun.past."""
