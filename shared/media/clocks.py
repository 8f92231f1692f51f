"""Finds transport streams whose clock begins anew under way: recordings that were joined byte by byte."""

from collections.abc import Iterator
from itertools import pairwise

from shared.media.errors import MediaError, MediaErrorCode
from shared.media.storage import RangeSource

PLACES = 24
READ_SIZE = 512 * 1024
"""More than a tenth of a second, in which every stream tells its clock, at 40 Mbit/s."""
SYNC = 0x47
TICKS, WRAP = 90_000, 2**33
SLACK_SECONDS = 1
"""How far a clock may step back where two parts of one recording meet."""


def check_clock(source: RangeSource) -> None:
    """MediaError when the clock of a transport stream goes back: everything behind that place would be lost."""
    told: list[int] = []
    first = None
    for place in range(0, source.size, max(READ_SIZE, -(-source.size // PLACES))):
        for pid, time in _times(source.read(place, min(source.size, place + READ_SIZE))):
            first = pid if first is None else first
            told += [time] if pid == first else []
    for earlier, later in pairwise(told):
        back = (earlier - later) % WRAP
        if SLACK_SECONDS * TICKS < back < WRAP // 2:
            raise MediaError(
                MediaErrorCode.INVALID_MEDIA,
                "The file holds several recordings whose clocks do not go on from one another. "
                "Join them with an editor, or upload them one by one.",
            )


def _times(data: bytes) -> Iterator[tuple[int, int]]:
    """The program clock references (ISO/IEC 13818-1, 2.4.3.5) in some bytes: each PID and its time in ticks."""
    step = next((step for step in (188, 192) if _first(data, step) is not None), None)
    start = _first(data, step) if step else None
    if step is None or start is None:
        return
    for at in range(start, len(data) - 12, step):
        has_clock = data[at] == SYNC and data[at + 3] & 0x20 and data[at + 4] >= 7 and data[at + 5] & 0x10
        if has_clock:
            pid = (data[at + 1] & 0x1F) << 8 | data[at + 2]
            yield pid, int.from_bytes(data[at + 6 : at + 11]) >> 7


def _first(data: bytes, step: int) -> int | None:
    """Where the first packet begins, by five sync bytes in a row."""
    return next((at for at in range(step) if len(m := data[at::step][:5]) == 5 and m == bytes([SYNC]) * 5), None)
