"""What libraries' tables of signing in keep sealed, so that a change of keys reaches it too."""

from base64 import b64decode, b64encode
from typing import Any

from allauth.mfa.models import Authenticator

from aanchal.kernel.rotation import SealedPlace, register_place


def _authenticator(row: Any) -> dict[str, bytes]:
    """The secret of a code generator, the seed of recovery codes; codes of an older kind by number."""
    found = {name: b64decode(row.data[name]) for name in ("secret", "seed") if name in row.data}
    for number, code in enumerate(row.data.get("migrated_codes", [])):
        found[f"code {number}"] = b64decode(code)
    return found


def _write_authenticator(row: Any, pieces: dict[str, bytes]) -> None:
    for key, data in pieces.items():
        text = b64encode(data).decode()
        if key.startswith("code "):
            row.data["migrated_codes"][int(key.split()[1])] = text
        else:
            row.data[key] = text


register_place(
    SealedPlace(
        name="second factors",
        model=Authenticator,
        read=_authenticator,
        place=lambda row, _key: f"mfa.Authenticator.data|{row.user_id}",
        write=_write_authenticator,
        fields=("data",),
    )
)
