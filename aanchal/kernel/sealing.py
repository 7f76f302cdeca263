"""Sealing bytes: AES-256-GCM, padded, bound to the row and field they belong to.

A sealed value is: format byte, key number (2 bytes), nonce (12), ciphertext with tag. The
associated data names the place ("people.Child.given_name|<row id>|<key number>"), so a value
moved to another row or field does not open.

Key number 0 is derived from the keyring's index secret, which no rotation changes: for rows that
are never written again, such as the audit's.
"""

import hmac
import os
from collections.abc import Callable
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .keyring import keyring

FORMAT: Final = 1
HEAD: Final = 15
PAD: Final = 32
TAG_DIGITS: Final = 32
LASTING: Final = 0


class Tampered(Exception):
    """A sealed value does not belong where it was found, or was altered."""


def seal(
    plain: bytes, *, place: str, purpose: str = "field", pad: int = PAD, lasting: bool = False
) -> bytes:
    """Seal bytes for one place; the length is padded up to a multiple of `pad` (0 for none).

    Args:
        lasting: under the key that no rotation changes, for what can never be sealed anew.
    """
    ring = keyring()
    number = LASTING if lasting else ring.writing
    if pad:
        body = len(plain).to_bytes(4, "big") + plain
        body += bytes(-len(body) % pad)
    else:
        body = plain
    nonce = os.urandom(12)
    head = bytes([FORMAT]) + number.to_bytes(2, "big") + nonce
    return head + ring.cipher(purpose, number).encrypt(nonce, body, _bind(place, number))


def unseal(sealed: bytes, *, place: str, purpose: str = "field", pad: int = PAD) -> bytes:
    """Open what `seal` made for the same place.

    Raises:
        Tampered: another place's value, an altered one, or none at all.
        Locked: sealed under a master this keyring does not hold.
    """
    if len(sealed) < HEAD + 16 or sealed[0] != FORMAT:
        raise Tampered(place.split("|")[0])
    number = int.from_bytes(sealed[1:3], "big")
    ring = keyring()
    if number != LASTING and not ring.holds(number):
        ring = keyring(look_now=True)  # sealed a moment ago under a new master
    try:
        body = ring.cipher(purpose, number).decrypt(
            sealed[3:HEAD], bytes(sealed[HEAD:]), _bind(place, number)
        )
    except InvalidTag:
        raise Tampered(place.split("|")[0]) from None
    if not pad:
        return body
    return body[4 : 4 + int.from_bytes(body[:4], "big")]


def opener(
    place_before_key: str, *, purpose: str = "field", pad: int = PAD
) -> Callable[[Any, bytes], bytes]:
    """`unseal` for many rows' values of one field: what does not change is looked up once.

    Args:
        place_before_key: the place up to the row's key.

    Returns:
        A function of a row's key and its sealed value. It is for one list, and not to be kept: a
        keyring that changes meanwhile is not looked at again for the masters that it knows.
    """
    ciphers: dict[bytes, AESGCM] = {}

    def opened(key: Any, sealed: bytes) -> bytes:
        place = f"{place_before_key}{key}"
        cipher = ciphers.get(sealed[:3])
        if cipher is None:
            plain = unseal(sealed, place=place, purpose=purpose, pad=pad)
            number = key_number(sealed)
            ciphers[sealed[:3]] = keyring().cipher(purpose, number)
            return plain
        bound = f"{place}|{key_number(sealed)}".encode()
        try:
            body = cipher.decrypt(sealed[3:HEAD], sealed[HEAD:], bound)
        except (InvalidTag, ValueError):
            raise Tampered(place.split("|")[0]) from None
        return body[4 : 4 + int.from_bytes(body[:4], "big")] if pad else body

    return opened


def key_number(sealed: bytes) -> int:
    """The number of the master a value was sealed under."""
    return int.from_bytes(sealed[1:3], "big")


def keyed_hash(value: str | bytes, *, purpose: str) -> str:
    """Return a keyed hash (HMAC-SHA256, hex) for finding an equal value without storing it."""
    data = value.encode() if isinstance(value, str) else value
    return hmac.digest(keyring().index_key(purpose), data, "sha256").hex()


def reference_tag(purpose: str, district: str, target_id: object) -> str:
    """Return the tag by which a sealed reference is found: 32 hex digits, the same every time.

    Without the keyring it says nothing but that two rows point at the same thing, and that only
    within one purpose and one district. No rotation of keys changes it.

    Args:
        purpose: which reference, such as "cases.Concern.source"; each has a key of its own.
        district: key of the district, such as "D206"; "" for none.
        target_id: the record's key (UUID or text), as `str` writes it.
    """
    return keyed_hash(f"{district}|{target_id}", purpose=f"reference/{purpose}")[:TAG_DIGITS]


def _bind(place: str, number: int) -> bytes:
    return f"{place}|{number}".encode()
