"""A QR code as one path of an SVG, for pages that allow neither style nor foreign images."""

from typing import NamedTuple

import qrcode  # type: ignore[import-untyped]


class Drawing(NamedTuple):
    """`size` is the side in modules, quiet zone included; `path` the dark modules."""

    size: int
    path: str


def drawing(text: str) -> Drawing:
    """Draw `text` as a QR code."""
    code = qrcode.QRCode(border=4)
    code.add_data(text)
    code.make()
    rows = code.get_matrix()
    runs = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                runs.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
            else:
                x += 1
    return Drawing(len(rows), "".join(runs))
