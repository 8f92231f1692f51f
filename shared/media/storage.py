"""How the engine reaches stored bytes. It never learns where they lie."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Protocol


class RangeSource(Protocol):
    """One immutable sequence of bytes, read by range. Safe to read from several threads."""

    @property
    def size(self) -> int:
        """Length in bytes."""
        ...

    def read(self, start: int, end: int) -> bytes:
        """Bytes start..end, the end excluded; all of them, or an exception of the storage."""
        ...


class Sink(Protocol):
    """One object, written from front to back; it appears when it is finished, or never."""

    def write(self, data: bytes) -> None:
        """Append bytes."""
        ...

    def finish(self) -> None:
        """Make the object appear."""
        ...

    def abort(self) -> None:
        """Leave nothing behind. Safe after a failed `finish`."""
        ...


@contextlib.contextmanager
def finishing(outputs: Mapping[str, Sink]) -> Iterator[None]:
    """Finish all sinks when the work went well, else abort those that are not finished."""
    unfinished = list(outputs.values())
    try:
        yield
        while unfinished:
            unfinished[0].finish()
            unfinished.pop(0)
    except BaseException:
        for sink in unfinished:
            sink.abort()
        raise


class BytesSource:
    """Bytes in memory, as a RangeSource."""

    def __init__(self, data: bytes) -> None:
        """`data` is kept, not copied."""
        self._data = data

    @property
    def size(self) -> int:
        """Length in bytes."""
        return len(self._data)

    def read(self, start: int, end: int) -> bytes:
        """Bytes start..end."""
        return self._data[start:end]


class ForwardReader:
    """Reads a source in ascending order in few large requests; memory holds one block."""

    def __init__(self, source: RangeSource, block_size: int = 8 * 1024 * 1024) -> None:
        """`block_size`: bytes per request of the storage."""
        self._source = source
        self._block_size = block_size
        self._start = 0
        self._block = b""

    def read(self, start: int, end: int) -> Iterator[bytes]:
        """Pieces that make up start..end, the end excluded."""
        while start < end:
            offset = start - self._start
            if not 0 <= offset < len(self._block):
                self._start, offset = start, 0
                self._block = self._source.read(start, min(self._source.size, start + self._block_size))
            if not self._block:
                raise EOFError(f"the stored object ends at {self._source.size}, before {end}")
            piece = self._block[offset : offset + end - start]
            start += len(piece)
            yield piece
