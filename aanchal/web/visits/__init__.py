"""A volunteer's pages: her list, a visit, what she found there."""

# What other rooms may use of it.
PUBLIC = (
    "presenters.hands",
    "presenters.visits",
    "visits/_danger.html",
    "visits/more.html",
)
