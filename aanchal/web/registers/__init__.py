"""Register files: sent, answered, repaired, corrected."""

# What other rooms may use of it.
PUBLIC = ("presenters.day",)
