"""Counts the requests to S3 that this process makes, by what they cost as."""

import threading
from dataclasses import dataclass
from typing import Any

_FREE = ("DeleteObject", "DeleteObjects", "AbortMultipartUpload")
_READS = ("GetObject", "HeadObject")


@dataclass
class Requests:
    """So many since the process began. Listing costs like writing; deleting is free."""

    writes: int = 0
    reads: int = 0


_made = Requests()
_lock = threading.Lock()


def watch(client: Any) -> None:
    """Count the requests of an S3 client; tries that the SDK makes again count again."""
    client.meta.events.register("before-send.s3", _count)


def requests() -> Requests:
    """How many there have been."""
    return Requests(_made.writes, _made.reads)


def _count(event_name: str, **_: Any) -> None:
    operation = event_name.rpartition(".")[2]
    with _lock:
        if operation in _READS:
            _made.reads += 1
        elif operation not in _FREE:
            _made.writes += 1
