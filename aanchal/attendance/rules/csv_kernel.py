"""The compiled reader of wide register lines: bytes to bit-planes."""

# The compiler types this file; a type checker cannot follow it.
# mypy: ignore-errors

from typing import Final

import numpy as np

from ..compiled import njit
from .plane_kernel import WORDS
from .words import eight_bytes

# Masks over eight bytes: even bytes are letters (case bit cleared), odd bytes commas. Of the bits
# of P 0x50, A 0x41, L 0x4C, H 0x48: bit 4 says P, bit 0 A, bit 3 L or H, bit 2 L.
_LETTER_BYTES: Final = np.uint64(0x00DF_00DF_00DF_00DF)
_COMMA_BYTES: Final = np.uint64(0xFF00_FF00_FF00_FF00)
_COMMAS: Final = np.uint64(0x2C00_2C00_2C00_2C00)
_LETTER_FIXED: Final = np.uint64(0x00C2_00C2_00C2_00C2)
_LETTER_HIGH: Final = np.uint64(0x0040_0040_0040_0040)
_LOW_BITS: Final = np.uint64(0x0001_0001_0001_0001)
_GATHER: Final = np.uint64(0x0001_0002_0004_0008)  # brings the four low bits to bits 48..51


@njit(cache=True, nogil=True)
def last_newline(data, before):
    at = before - 1
    while at >= 0 and data[at] != 10:
        at -= 1
    return at


@njit(cache=True, nogil=True)
def count_lines(data):
    count = 0
    for at in range(data.size):
        count += data[at] == 10
    if data.size and data[data.size - 1] != 10:
        count += 1
    return count


@njit(cache=True, nogil=True)
def parse_lines(data, first, last, row, label_columns, days, starts, ends, absent, marked):
    """Read lines of data[first:last] into rows from `row` on.

    Returns (rows read, row that is wrong or -1, its column counted from 1).
    """
    begun = row
    at = first
    one = np.uint64(1)
    while at < last:
        starts[row] = at
        # Labels: a quoted one may hold commas.
        quoted = False
        seen = 0
        while at < last:
            byte = data[at]
            if byte == 34:
                quoted = not quoted
            elif byte == 10:
                return row - begun, row, seen + 1
            elif byte == 44 and not quoted:
                seen += 1
                if seen == label_columns:
                    break
            at += 1
        if at >= last:
            return row - begun, row, seen + 1
        ends[row] = at
        at += 1
        for word in range(WORDS):
            a = np.uint64(0)
            m = np.uint64(0)
            day = 64 * word
            stop = min(64 * word + 64, days)
            while day < stop:
                # Four cells of one letter each, as eight bytes "P,A,P,L,": nearly always so.
                if day + 4 <= stop and day + 4 < days and at + 8 <= last:
                    eight = eight_bytes(data, at)
                    letters = eight & _LETTER_BYTES
                    kind_p = (letters >> np.uint64(4)) & _LOW_BITS
                    kind_a = letters & _LOW_BITS
                    kind_lh = (letters >> np.uint64(3)) & _LOW_BITS
                    is_l = (letters >> np.uint64(2)) & _LOW_BITS
                    plain = (
                        (eight & _COMMA_BYTES) == _COMMAS
                        and (letters & _LETTER_FIXED) == _LETTER_HIGH
                        and kind_p + kind_a + kind_lh == _LOW_BITS
                        and is_l & ~kind_lh == 0
                    )
                    if plain:
                        shift = np.uint64(day & 63)
                        gone = ((kind_a | is_l) * _GATHER) >> np.uint64(48) & np.uint64(15)
                        here = ((kind_a | kind_p) * _GATHER) >> np.uint64(48) & np.uint64(15)
                        a |= gone << shift
                        m |= here << shift
                        day += 4
                        at += 8
                        continue
                byte = data[at] if at < last else np.uint8(10)
                if byte != 44 and byte != 10 and byte != 13:
                    while byte == 32:
                        at += 1
                        byte = data[at] if at < last else np.uint8(10)
                    upper = byte & np.uint8(0xDF)
                    bit = one << np.uint64(day & 63)
                    if upper == 80:  # P
                        m |= bit
                    elif upper == 65:  # A
                        m |= bit
                        a |= bit
                    elif upper == 76:  # L
                        a |= bit
                    elif upper != 72 and byte != 44 and byte != 10 and byte != 13:  # H
                        return row - begun, row, label_columns + day + 1
                    if byte != 44 and byte != 10 and byte != 13:
                        at += 1
                    byte = data[at] if at < last else np.uint8(10)
                    while byte == 32:
                        at += 1
                        byte = data[at] if at < last else np.uint8(10)
                if day < days - 1:
                    if byte != 44:
                        return row - begun, row, label_columns + day + 1
                    at += 1
                day += 1
            absent[row, word] = a
            marked[row, word] = m
        if at < last and data[at] == 13:
            at += 1
        if at < last:
            if data[at] != 10:
                return row - begun, row, label_columns + days
            at += 1
        row += 1
    return row - begun, -1, 0
