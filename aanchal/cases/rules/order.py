"""In which order open concerns stand in a list. Pure."""


def waiting_order(
    stage: str, *, gravity: int, raised_at: str, key: str
) -> tuple[int, int, str, str]:
    """A sort key: what nobody holds first, the gravest before others, then the longest waiting.

    Args:
        gravity: 0 for the gravest.
        raised_at: ISO text of a moment in UTC.
    """
    in_hand = 1 if stage == "taken_up" else 0
    return (in_hand, gravity, raised_at, key)
