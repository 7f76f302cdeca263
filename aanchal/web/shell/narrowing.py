"""Lists that are narrowed and put in order by what stands in the address: keys and codes, no names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

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

    def __init__(
        self, request: HttpRequest, *, fields: Sequence[Choice], keep: Sequence[str] = ()
    ) -> None:
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
        self.kept = [(key, request.GET[key]) for key in keep if key in request.GET]
        self._defaults = {field.key: field.default for field in fields}
        self.is_narrowed = self._values != self._defaults

    def __getitem__(self, key: str) -> str:
        return self._values[key]

    @property
    def query(self) -> str:
        """What was asked, for the addresses of other lists of the page; "" for nothing."""
        return urlencode(
            {key: value for key, value in self._values.items() if value != self._defaults[key]}
        )

    @property
    def kept_query(self) -> str:
        """What stays in the address when nothing is asked any more."""
        return urlencode(self.kept)
