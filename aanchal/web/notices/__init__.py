"""What waits for whoever asks, and where each of it leads."""

# What other rooms may use of it.
PUBLIC = ("opened",)
