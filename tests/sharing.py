"""Which tests a run on both databases tries once only, and which of its two processes takes them.

The rule stands in CONTRIBUTING.md: what asks the database something of its own is tried on both; what
looks at pages, words, files or pure functions is tried on one. Nobody says beforehand which process
runs those: when one of them has done what both must do, it takes the next module that nobody took.
"""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import pytest

# Kinds of tests, by the folder they stand in: tried on both databases, or true whatever the database.
BOTH = frozenset({"use_cases", "queries", "security", "reliability"})
ONCE = frozenset({"rules", "formats", "house", "web", "browser", "journeys", "demo"})
# A test that counts queries is about the database, wherever it stands.
COUNTS_QUERIES = frozenset({"django_assert_num_queries", "django_assert_max_num_queries"})
# Groups that PostgreSQL's process takes: there the row guard decides too what a page shows and records.
ON_POSTGRES = frozenset({"walks"})
TESTS = Path(__file__).resolve().parent


def needs_one_database(item: pytest.Item) -> bool:
    """Whether one of the two databases is enough for a test."""
    if item.get_closest_marker("both") or COUNTS_QUERIES & set(getattr(item, "fixturenames", ())):
        return False
    if item.get_closest_marker("once"):
        return True
    folders = item.path.relative_to(TESTS).parts[:-1]
    return BOTH.isdisjoint(folders) and not ONCE.isdisjoint(folders)


class Shares:
    """The tests of which each is run by one process, and which of them this process ran.

    A module is taken as a whole, or all tests that are marked to go together: the first process that
    comes to one of them makes a folder of that name, and which process made it is written inside. A
    process that took the place of one that died goes on with what that one had taken.
    """

    def __init__(self, shared: Iterable[pytest.Item], database: str, folder: Path) -> None:
        self._items = {item.nodeid: item for item in shared}
        self._database, self._folder = database, folder
        self._taken: dict[str, bool] = {}
        self.ran: set[str] = set()

    @property
    def shared(self) -> list[str]:
        return list(self._items)

    def __contains__(self, item: pytest.Item) -> bool:
        return item.nodeid in self._items

    def takes(self, item: pytest.Item) -> bool:
        """Whether this process runs the test: it always runs what is not shared."""
        if item not in self:
            return True
        name = group_of(item)
        if name not in self._taken:
            self._taken[name] = self._take(name)
        if self._taken[name]:
            self.ran.add(item.nodeid)
        return self._taken[name]

    def _take(self, name: str) -> bool:
        if name in ON_POSTGRES and self._database != "postgres":
            return False
        place = self._folder / sha256(name.encode()).hexdigest()[:24]
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            place.mkdir()
        except FileExistsError:
            return (place / self._database).exists()
        (place / self._database).touch()
        return True


def group_of(item: pytest.Item) -> str:
    """What is taken as one: the name the test is marked with, or its module."""
    marker = item.get_closest_marker("together")
    return str(marker.args[0]) if marker else str(item.path)
