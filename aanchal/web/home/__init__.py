"""Where one begins, leaves in haste, and finds what was typed before a session ended."""

# What other rooms may use of it.
PUBLIC = ("presenters",)
