"""The keys. A keyring file lies outside the database, its data folder and its backups.

Every purpose has its own key, derived from a numbered master secret (HKDF-SHA256), so that a
leaked index key opens no field. Keyed indexes stand on a secret of their own, which no rotation
changes: a master can be destroyed and what was indexed is still found. The file is JSON, readable
by its owner alone; it may be wrapped by a passphrase (scrypt, then AES-256-GCM), in which case
`unlock` must be called once a process. A process notices within a second that the file changed.
"""

import base64
import json
import os
import secrets
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from .disk import sync_folder
from .errors import Locked

FORMAT = "aanchal-keyring-1"
INDEX = "index"
LOOK_EVERY_SECONDS = 1.0


@dataclass(frozen=True)
class Master:
    """One numbered master secret of 32 bytes."""

    number: int
    secret: bytes


class Keyring:
    """Derives keys by purpose. The newest master writes; every master still reads.

    Args:
        index: secret of the keyed indexes; None (keyrings of the first days) for the oldest
            master's.
    """

    def __init__(self, masters: list[Master], index: bytes | None = None) -> None:
        if not masters:
            raise ValueError("a keyring holds at least one master secret")
        self._masters = {m.number: m for m in masters}
        self._index = index or self._masters[min(self._masters)].secret
        self.writing = max(self._masters)
        self._derived: dict[tuple[int, str], bytes] = {}
        self._ciphers: dict[tuple[int, str], AESGCM] = {}
        self._guard = threading.Lock()

    def numbers(self) -> list[int]:
        """Numbers of the masters held, oldest first."""
        return sorted(self._masters)

    def holds(self, number: int) -> bool:
        """Say whether a master of this number is held."""
        return number in self._masters

    def key(self, purpose: str, number: int | None = None) -> bytes:
        """Return the 32-byte key for a purpose, under the writing master unless told otherwise.

        Raises:
            Locked: that master is not in this keyring.
        """
        number = self.writing if number is None else number
        found = self._derived.get((number, purpose))
        if found is not None:
            return found
        master = self._masters.get(number)
        if master is None:
            raise Locked(key_number=number)
        return self._derive(number, purpose, master.secret)

    def cipher(self, purpose: str, number: int) -> AESGCM:
        """Return AES-256-GCM under the key for a purpose; made once, for lists of many values.

        Number 0 stands for the index secret, which no rotation changes.

        Raises:
            Locked: that master is not in this keyring.
        """
        found = self._ciphers.get((number, purpose))
        if found is None:
            key = self.key(purpose, number) if number else self.index_key(f"sealed/{purpose}")
            found = self._ciphers[number, purpose] = AESGCM(key)
        return found

    def index_key(self, purpose: str) -> bytes:
        """Return the key of a keyed index; it never rotates with the writing master."""
        number, purpose = 0, "index/" + purpose
        return self._derived.get((number, purpose)) or self._derive(number, purpose, self._index)

    def _derive(self, number: int, purpose: str, secret: bytes) -> bytes:
        derived = HKDF(
            algorithm=hashes.SHA256(), length=32, salt=None, info=b"aanchal/" + purpose.encode()
        ).derive(secret)
        with self._guard:
            self._derived[(number, purpose)] = derived
        return derived

    def with_new_master(self) -> "Keyring":
        """Return a keyring with one more master, which becomes the writing one."""
        new = Master(self.writing + 1, secrets.token_bytes(32))
        return Keyring([*self._masters.values(), new], self._index)

    def without(self, number: int) -> "Keyring":
        """Return a keyring in which a master is gone for good; never the writing one.

        Raises:
            ValueError: it is the writing one, or not there.
        """
        if number == self.writing or number not in self._masters:
            raise ValueError(f"master {number} cannot be taken away")
        return Keyring([m for m in self._masters.values() if m.number != number], self._index)

    def dump(self, passphrase: str = "") -> str:
        """Return the keyring as text for its file, wrapped when a passphrase is given."""
        plain = {str(m.number): base64.b64encode(m.secret).decode() for m in self._masters.values()}
        plain[INDEX] = base64.b64encode(self._index).decode()
        if not passphrase:
            return json.dumps({"format": FORMAT, "masters": plain}, indent=1)
        salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
        sealed = AESGCM(_stretch(passphrase, salt)).encrypt(
            nonce, json.dumps(plain).encode(), FORMAT.encode()
        )
        text = {
            k: base64.b64encode(v).decode()
            for k, v in {"salt": salt, "nonce": nonce, "sealed": sealed}.items()
        }
        return json.dumps({"format": FORMAT, "wrapped": text}, indent=1)


def load(text: str, passphrase: str = "") -> Keyring:
    """Read a keyring from its text.

    Raises:
        Locked: it is wrapped and the passphrase is missing or wrong.
        ValueError: it is no keyring.
    """
    held = json.loads(text)
    if held.get("format") != FORMAT:
        raise ValueError("this file is no Aanchal keyring")
    plain = held.get("masters")
    if plain is None:
        if not passphrase:
            raise Locked
        parts = {k: base64.b64decode(v) for k, v in held["wrapped"].items()}
        try:
            opened = AESGCM(_stretch(passphrase, parts["salt"])).decrypt(
                parts["nonce"], parts["sealed"], FORMAT.encode()
            )
        except InvalidTag:
            raise Locked from None
        plain = json.loads(opened)
    held_secrets = {name: base64.b64decode(secret) for name, secret in plain.items()}
    index = held_secrets.pop(INDEX, None)
    return Keyring([Master(int(n), s) for n, s in held_secrets.items()], index)


def is_wrapped(text: str) -> bool:
    """Say whether a keyring's text needs a passphrase to open."""
    return "wrapped" in json.loads(text)


def _stretch(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**16, r=8, p=1).derive(passphrase.encode())


def create(path: Path, passphrase: str = "") -> Keyring:
    """Write a fresh keyring to `path` (mode 0600, never over an old one) and return it."""
    ring = Keyring([Master(1, secrets.token_bytes(32))], secrets.token_bytes(32))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write(path, ring, passphrase, exclusive=True)
    return ring


def write(path: Path, ring: Keyring, passphrase: str = "", *, exclusive: bool = False) -> None:
    """Write a keyring so that a crash leaves the old file or the new one, never half of one."""
    if exclusive and path.exists():
        raise FileExistsError(path)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(ring.dump(passphrase))
        out.flush()
        os.fsync(out.fileno())
    if exclusive:
        # link refuses an existing target, so two first starts cannot make two keyrings
        try:
            os.link(part, path)
        finally:
            part.unlink()
    else:
        part.replace(path)
    # Nothing may be sealed under a key whose file a power cut could still take back.
    sync_folder(path.parent)


_current: Keyring | None = None
_passphrase = ""
_seen: tuple[int, int, int] = (0, 0, 0)
_looked = 0.0


def keyring(*, look_now: bool = False) -> Keyring:
    """Return this process's keyring, reading its file on first use and when it has changed.

    With the embedded default a missing file is created; elsewhere that is an error, because a
    fresh keyring beside old records would hide that the old one was lost.

    Args:
        look_now: look at the file even if that was done a moment ago.

    Raises:
        Locked: no keyring, or it is wrapped and nobody has unlocked it.
    """
    global _current, _looked
    now = time.monotonic()
    if _current is not None and not look_now and now - _looked < LOOK_EVERY_SECONDS:
        return _current
    from django.conf import settings

    path = Path(settings.AANCHAL_KEYRING)
    _looked = now
    if _current is not None:
        if _mark(path) != _seen:
            try:
                _read(path, _passphrase or settings.AANCHAL_KEYRING_PASSPHRASE)
            except (Locked, OSError, ValueError):
                pass  # wrapped anew, or being replaced: what was read still holds
        return _current
    if not path.exists():
        if not settings.AANCHAL_CREATE_KEYRING:
            raise Locked
        try:
            create(path)
        except FileExistsError:
            pass
    return _read(path, _passphrase or settings.AANCHAL_KEYRING_PASSPHRASE)


def _read(path: Path, passphrase: str) -> Keyring:
    global _current, _seen
    seen = _mark(path)
    _current = load(path.read_text(), passphrase)
    _seen = seen
    return _current


def _mark(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_ino, found.st_mtime_ns, found.st_size)


def unlock(passphrase: str) -> None:
    """Open this process's wrapped keyring; raises `Locked` on a wrong passphrase."""
    global _passphrase
    from django.conf import settings

    _read(Path(settings.AANCHAL_KEYRING), passphrase)
    _passphrase = passphrase


def passphrase() -> str:
    """The passphrase this process opened the keyring with; "" when there was none."""
    from django.conf import settings

    return _passphrase or str(settings.AANCHAL_KEYRING_PASSPHRASE)


def forget() -> None:
    """Drop the keyring from this process (after rotation, and between tests)."""
    global _current, _passphrase
    _current, _passphrase = None, ""
