"""Promise 12: what somebody writes into the database is data, never a program, and never believed.

The shared cache is the table that the site reads at every sign-in, and its role may write it.
"""

import base64
import pickle
from datetime import timedelta

import pytest
from django.core.cache import cache, caches
from django.db import connection
from django.utils import timezone

from aanchal.kernel import keyring
from aanchal.kernel.errors import Locked
from aanchal.kernel.fields import Sealed
from aanchal.kernel.models import CacheEntry
from aanchal.kernel.sealing import seal

pytestmark = pytest.mark.django_db

ran: list[str] = []


def run(what: str) -> None:
    ran.append(what)


class Bomb:
    """Unpickling it is running it."""

    def __reduce__(self):
        return (run, ("the keyring is taken",))


def written_into_the_table(data: bytes, key: str = "wanted") -> None:
    """What somebody who can write one cell does to the entry of a key."""
    cache.set(key, "honest", timeout=600)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_cacheentry SET value = %s", [data])


@pytest.mark.parametrize("as_text", [True, False])
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_planted_pickle_does_not_run(protocol, as_text, caplog):
    bomb = pickle.dumps(Bomb(), protocol)
    pickle.loads(bomb)
    assert ran.pop(), "the bomb is a real one"

    written_into_the_table(base64.b64encode(bomb) if as_text else bomb)

    assert cache.get("wanted", "nothing") == "nothing"
    assert ran == []
    assert "does not open" in caplog.text


def test_a_value_moved_from_another_key_is_a_miss():
    cache.set("mine", 1, timeout=600)
    cache.set("hers", 30, timeout=600)
    mine, _hers = CacheEntry.objects.order_by("expires_at")

    with connection.cursor() as cursor:
        moved = bytes(mine.__dict__["value"].data)
        cursor.execute("UPDATE kernel_cacheentry SET value = %s", [moved])

    found = [cache.get("mine"), cache.get("hers")]
    assert sorted(found, key=str) in ([1, None], [30, None])


def test_an_entry_whose_end_was_put_off_is_a_miss():
    cache.set("short", 1, timeout=60)

    CacheEntry.objects.update(expires_at=timezone.now() + timedelta(days=9))

    assert cache.get("short") is None
    assert cache.add("short", 2) is False, "the row stands until its end; nothing is read from it"


def test_a_value_sealed_by_another_keyring_is_a_miss():
    cache.set("wanted", "honest", timeout=600)
    entry = CacheEntry.objects.get()
    plain = b'["' + entry.expires_at.isoformat(timespec="microseconds").encode() + b'","forged"]'
    place = f"kernel.CacheEntry.value|{entry.pk}"
    assert cache.get("wanted") == "honest"

    forged = bytearray(seal(plain, place=place))
    honest = bytes(forged)
    forged[-1] ^= 1
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_cacheentry SET value = %s", [bytes(forged)])
    assert cache.get("wanted") is None

    with connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_cacheentry SET value = %s", [honest])
    assert cache.get("wanted") == "forged", "with the key it would have been believed"


def test_a_value_of_a_master_that_is_gone_is_a_miss():
    cache.set("wanted", "honest", timeout=600)
    entry = CacheEntry.objects.get()
    data = bytearray(entry.__dict__["value"].data)
    data[1:3] = (999).to_bytes(2, "big")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_cacheentry SET value = %s", [bytes(data)])

    assert cache.get("wanted") is None


def test_neither_key_nor_value_stands_in_the_table():
    cache.set("throttle:asha", {"name": "Kokila Pakhi"}, timeout=600)

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM kernel_cacheentry")
        (row,) = cursor.fetchall()

    held = b"|".join(
        bytes(v) if isinstance(v, memoryview | bytes) else str(v).encode() for v in row
    )
    assert b"asha" not in held
    assert b"Kokila" not in held
    assert isinstance(CacheEntry.objects.get().__dict__["value"], Sealed)


def test_what_json_cannot_hold_is_refused_when_it_is_put_in():
    with pytest.raises(TypeError):
        cache.set("wanted", Bomb())


def test_while_the_keyring_is_locked_the_cache_is_too(monkeypatch):
    def locked(**_how):
        raise Locked

    monkeypatch.setattr(keyring, "keyring", locked)
    monkeypatch.setattr("aanchal.kernel.sealing.keyring", locked)

    with pytest.raises(Locked):
        cache.get("wanted")


# --- it is still a cache, and one for all processes ---


def test_values_come_back_as_json_holds_them():
    for value in (0, 1.5, "বর্ষা", None, True, [1, [2]], {"a": [1]}):
        cache.set("k", value, timeout=600)
        assert cache.get("k", "missing") == value
    assert cache.get_many(["k", "absent"]) == {"k": {"a": [1]}}
    assert "k" in cache
    assert cache.delete("k") is True
    assert cache.delete("k") is False


def test_the_second_to_add_is_told_so():
    assert cache.add("code", 1, timeout=600) is True
    assert cache.add("code", 2, timeout=600) is False
    assert cache.get("code") == 1


def test_what_ended_can_be_added_again():
    cache.set("code", 1, timeout=-1)

    assert cache.get("code") is None
    assert cache.add("code", 2, timeout=600) is True


def test_counting_and_touching_work():
    cache.set("tries", 1, timeout=600)
    end = CacheEntry.objects.get().expires_at

    assert cache.incr("tries") == 2
    assert cache.touch("tries", 6000) is True
    assert CacheEntry.objects.get().expires_at > end
    assert cache.touch("absent") is False
    assert cache.get_or_set("fresh", 5) == 5


def test_a_full_cache_loses_what_ends_first(monkeypatch):
    monkeypatch.setattr(caches["default"], "_max_entries", 10)

    for number in range(12):
        cache.set(f"k{number}", number, timeout=600 + number)

    assert CacheEntry.objects.count() <= 10
    assert cache.get("k11") == 11
    assert cache.get("k0") is None
