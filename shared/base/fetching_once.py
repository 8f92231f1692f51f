"""Sources from the internet, fetched once an owner and day, and kept by their content.

The bytes lie at `{prefix}{sha256}`, once, whoever asked for them. A record at `{prefix}urls/{owner}/{hash of the
address}/{number of the day}` says which bytes an address had. It is written on the condition that there is none:
whoever asks at the same time gets the bytes of whoever was first, even when the address gave each of them others.

A content that is older than a day is written again when it is fetched again. So, where the bucket forgets what lies
under the prefix, three days are enough for what a record names to outlive the record by a day.
"""

import hashlib
import re
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass

from shared.base import clock
from shared.base.fetching import PLAIN, Fetched, fetch
from shared.base.fetching_hosts import INTERNET, Network, target
from shared.base.fetching_rules import FetchTooLargeError, Limits
from shared.base.objects import PART_SIZE, Objects, ObjectSink

DAY = 86400
"""Seconds for which the bytes of an address are taken as known; days begin at midnight UTC."""

_OWNER = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Kept:
    """Bytes of an address, as they are kept.

    key           of the object in the bucket
    size          bytes
    sha256        of these bytes, 64 hex digits
    content_type  as the server called it; the object's own is neutral, since nobody looked into it
    """

    key: str
    size: int
    sha256: str
    content_type: str


def fetch_once(
    url: str,
    objects: Objects,
    prefix: str,
    owner: str,
    limits: Limits,
    network: Network = INTERNET,
    *,
    on_piece: Callable[[], None] = lambda: None,
) -> Kept:
    """The bytes of an address, fetched if this owner has not had them fetched today. FetchError when they cannot be.

    `on_piece` is called whenever bytes have arrived; what it raises ends the fetch and goes through.
    Needs the rights to list the bucket, and to read, write and delete versions under the prefix.
    """
    if not _OWNER.fullmatch(owner):
        raise ValueError("owner")
    spelled = hashlib.sha256(target(url).url.encode()).hexdigest()
    record = f"{prefix}urls/{owner}/{spelled}/{int(clock.now() // DAY)}"
    kept = _known(objects, record)
    if kept is None:
        staged = _Staged(objects, f"{prefix}incoming/{uuid.uuid4()}", on_piece)
        fetched = _fetched(url, staged, prefix, limits, network)
        ours = Kept(f"{prefix}{fetched.sha256}", fetched.size, fetched.sha256, fetched.content_type)
        kept = _agreed(objects, record, ours)
    if kept.size > limits.max_bytes:
        raise FetchTooLargeError(f"The file is larger than {limits.max_bytes} bytes")
    return kept


def _known(objects: Objects, record: str) -> Kept | None:
    """What a record says, as long as the bytes are there."""
    try:
        kept = Kept(**objects.get_json(record))
    except KeyError:
        return None
    return kept if objects.exists(kept.key) else None


def _agreed(objects: Objects, record: str, ours: Kept) -> Kept:
    """Write our record, or give the one that somebody wrote before us."""
    if objects.put_json_once(record, asdict(ours)):
        return ours
    first = _known(objects, record)
    if first is None:  # its bytes are gone
        objects.put_json(record, asdict(ours))
    return first or ours


def _fetched(url: str, staged: "_Staged", prefix: str, limits: Limits, network: Network) -> Fetched:
    """Fetch, and put the bytes where their hash says."""
    fetched = fetch(url, staged, limits, network)
    try:
        key = f"{prefix}{fetched.sha256}"
        age = staged.objects.age(key)
        if age is None or age > DAY:
            staged.move(key)
    finally:
        staged.discard()
    return fetched


class _Staged:
    """Bytes whose key is not known before the last of them: in memory up to a part's size, else an object aside."""

    def __init__(self, objects: Objects, aside: str, on_piece: Callable[[], None]) -> None:
        """`aside` is the key for what memory shall not hold; `on_piece` is called before anything is written."""
        self.objects, self._aside, self._on_piece = objects, aside, on_piece
        self._held = bytearray()
        self._sink: ObjectSink | None = None

    def write(self, data: bytes) -> None:
        """Append bytes."""
        self._on_piece()
        if self._sink:
            self._sink.write(data)
            return
        self._held += data
        if len(self._held) > PART_SIZE:
            self._sink = self.objects.sink(self._aside, PLAIN)
            self._sink.write(bytes(self._held))
            self._held.clear()

    def finish(self) -> None:
        """All bytes are there."""
        if self._sink:
            self._sink.finish()

    def abort(self) -> None:
        """Leave nothing behind."""
        if self._sink:
            self._sink.abort()

    def move(self, key: str) -> None:
        """Make them the object of that key."""
        if self._sink:
            self.objects.copy(self._aside, key, self._sink.size)
        else:
            self.objects.put(key, bytes(self._held), PLAIN)

    def discard(self) -> None:
        """Remove the object aside."""
        if self._sink:
            self.objects.erase(self._aside)
