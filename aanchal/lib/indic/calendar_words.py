"""Months and weekdays by their words in three languages, from `data/calendar_words.toml`."""

from aanchal.lib.sourced import read_sourced

from .folding import fold

_DATA = read_sourced("aanchal.lib.indic", "calendar_words.toml")

# A folded word → its month, 1 to 12.
MONTHS: dict[str, int] = {
    fold(word): number
    for language in _DATA["months"].values()
    for number, words in enumerate(language["words"], 1)
    for word in words
}
# Months of the Bengali and Hindu years: named so that they are refused, never taken for others.
OTHER_CALENDAR_MONTHS = frozenset(
    fold(word) for language in _DATA["other_months"].values() for word in language["words"]
)
# A folded word → the weekdays it may mean, Monday 0. A single letter may stand for two: T, S, শ and श.
WEEKDAYS: dict[str, frozenset[int]] = {}
for _language in _DATA["weekdays"].values():
    for _number, _words in enumerate(_language["words"]):
        for _word in _words:
            WEEKDAYS[fold(_word)] = WEEKDAYS.get(fold(_word), frozenset()) | {_number}


def month_name(month: int, language: str) -> str:
    """A month as it is written in a language, "January" for 1 in English."""
    return str(_DATA["months"][language]["words"][month - 1][0])
