"""Children, their kin, their families and their houses."""

# What other rooms may use of it.
PUBLIC = ("presenters",)
