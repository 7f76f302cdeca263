"""The coordinator's pages: the week, questions about children, visit budgets."""

# What other rooms may use of it.
PUBLIC = (
    "presenters.cards",
    "presenters.flag",
    "presenters.stories",
)
