"""Concerns: told, taken up, handed over, closed, put right."""

# What other rooms may use of it.
PUBLIC = (
    "presenters.about",
    "presenters.conflicts",
    "presenters.danger",
    "presenters.telling",
    "concerns/seen_or_heard.html",
)
