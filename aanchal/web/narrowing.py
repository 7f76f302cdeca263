"""Lists that are narrowed and put in order by what stands in the address: keys and codes, no names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest


@dataclass(frozen=True)
class Choice:
    """One thing by which a list is narrowed or ordered.

    Attributes:
        key: the parameter of the address.
        options: value and words of each; "" (everything) is offered besides when there is no default.
        default: what holds when nothing fitting was asked; "" for everything.
    """

    key: str
    label: Any
    options: Sequence[tuple[str, Any]]
    default: str = ""


class Narrowed:
    """What the reader asked of a list; a value that is not offered counts as not asked.

    A template draws it with `components/narrow.html`; `narrowed[key]` is the value, or "".
    """

    def __init__(self, request: HttpRequest, *, fields: Sequence[Choice], keep: str = "") -> None:
        self._values = {}
        self.fields: list[dict[str, Any]] = []
        for field in fields:
            value = request.GET.get(field.key, "")
            if value not in {key for key, _words in field.options}:
                value = field.default
            self._values[field.key] = value
            if len(field.options) > 1 or value != field.default:
                self.fields.append(
                    {
                        "key": field.key,
                        "label": field.label,
                        "with_all": not field.default,
                        "options": [
                            {"value": key, "label": words, "selected": key == value}
                            for key, words in field.options
                        ],
                    }
                )
        self.kept = [(keep, request.GET[keep])] if keep and keep in request.GET else []
        defaults = {field.key: field.default for field in fields}
        self.is_narrowed = self._values != defaults

    def __getitem__(self, key: str) -> str:
        return self._values[key]
