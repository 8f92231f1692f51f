"""Whole numbers in as few bytes as they need: seven bits in each, the lowest first; the last one is below 128."""

from collections.abc import Iterator


def written(*numbers: int) -> bytes:
    """Numbers that are not below 0, one after the other."""
    return bytes(byte for number in numbers for byte in _bytes(number))


def read(data: bytes) -> Iterator[tuple[int, int]]:
    """The numbers that bytes begin with, each with where it ends."""
    number = shift = 0
    for end, byte in enumerate(data, 1):
        number, shift = number | (byte & 127) << shift, shift + 7
        if byte <= 127:
            yield number, end
            number = shift = 0


def folded(number: int) -> int:
    """A number that may be below 0 as one that is not, and is small where that is."""
    return 2 * number if number >= 0 else -2 * number - 1


def unfolded(number: int) -> int:
    """The inverse of `folded`."""
    return -(number + 1) // 2 if number % 2 else number // 2


def _bytes(number: int) -> Iterator[int]:
    while number > 127:
        yield number & 127 | 128
        number >>= 7
    yield number
