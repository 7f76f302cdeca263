"""The keys. A keyring file lies outside the database, its data folder and its backups.

Every purpose has its own key, derived from a numbered master secret (HKDF-SHA256), so that a
leaked index key opens no field. The file is JSON, readable by its owner alone; it may be wrapped
by a passphrase (scrypt, then AES-256-GCM), in which case `unlock` must be called once a process.
"""

import base64
import json
import os
import secrets
import threading
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from .errors import Locked

FORMAT = "aanchal-keyring-1"


@dataclass(frozen=True)
class Master:
    """One numbered master secret of 32 bytes."""

    number: int
    secret: bytes


class Keyring:
    """Derives keys by purpose. The newest master writes; every master still reads."""

    def __init__(self, masters: list[Master]) -> None:
        if not masters:
            raise ValueError("a keyring holds at least one master secret")
        self._masters = {m.number: m for m in masters}
        self.writing = max(self._masters)
        self._derived: dict[tuple[int, str], bytes] = {}
        self._guard = threading.Lock()

    def numbers(self) -> list[int]:
        """Numbers of the masters held, oldest first."""
        return sorted(self._masters)

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
        derived = HKDF(
            algorithm=hashes.SHA256(), length=32, salt=None, info=b"aanchal/" + purpose.encode()
        ).derive(master.secret)
        with self._guard:
            self._derived[(number, purpose)] = derived
        return derived

    def index_key(self, purpose: str) -> bytes:
        """Return the key of a keyed index; it never rotates with the writing master."""
        return self.key("index/" + purpose, min(self._masters))

    def with_new_master(self) -> "Keyring":
        """Return a keyring with one more master, which becomes the writing one."""
        new = Master(self.writing + 1, secrets.token_bytes(32))
        return Keyring([*self._masters.values(), new])

    def dump(self, passphrase: str = "") -> str:
        """Return the keyring as text for its file, wrapped when a passphrase is given."""
        plain = {str(m.number): base64.b64encode(m.secret).decode() for m in self._masters.values()}
        if not passphrase:
            return json.dumps({"format": FORMAT, "masters": plain}, indent=1)
        salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
        sealed = AESGCM(_stretch(passphrase, salt)).encrypt(
            nonce, json.dumps(plain).encode(), FORMAT.encode()
        )
        text = {k: base64.b64encode(v).decode() for k, v in
                {"salt": salt, "nonce": nonce, "sealed": sealed}.items()}
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
    return Keyring([Master(int(n), base64.b64decode(s)) for n, s in plain.items()])


def is_wrapped(text: str) -> bool:
    """Say whether a keyring's text needs a passphrase to open."""
    return "wrapped" in json.loads(text)


def _stretch(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**16, r=8, p=1).derive(passphrase.encode())


def create(path: Path, passphrase: str = "") -> Keyring:
    """Write a fresh keyring to `path` (mode 0600, never over an old one) and return it."""
    ring = Keyring([Master(1, secrets.token_bytes(32))])
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


_current: Keyring | None = None


def keyring() -> Keyring:
    """Return this process's keyring, reading its file on first use.

    With the embedded default a missing file is created; elsewhere that is an error, because a
    fresh keyring beside old records would hide that the old one was lost.

    Raises:
        Locked: no keyring, or it is wrapped and nobody has unlocked it.
    """
    global _current
    if _current is None:
        from django.conf import settings

        path = Path(settings.AANCHAL_KEYRING)
        if not path.exists():
            if not settings.AANCHAL_CREATE_KEYRING:
                raise Locked
            try:
                create(path)
            except FileExistsError:
                pass
        _current = load(path.read_text(), settings.AANCHAL_KEYRING_PASSPHRASE)
    return _current


def unlock(passphrase: str) -> None:
    """Open this process's wrapped keyring; raises `Locked` on a wrong passphrase."""
    global _current
    from django.conf import settings

    _current = load(Path(settings.AANCHAL_KEYRING).read_text(), passphrase)


def forget() -> None:
    """Drop the keyring from this process (after rotation, and between tests)."""
    global _current
    _current = None
