"""A bucket that is written only as long as somebody waits for what is written."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.base.objects import Objects, ObjectSink


@dataclass(frozen=True)
class AskingObjects(Objects):
    """The objects of a bucket. `ask` is called before each piece of a write, and raises to end it."""

    ask: Callable[[], None]

    def sink(self, key: str, content_type: str, cache_control: str = "") -> ObjectSink:
        """An object to be written."""
        return _AskingSink(self, key, content_type, cache_control)


class _AskingSink(ObjectSink):
    def __init__(self, objects: AskingObjects, key: str, content_type: str, cache_control: str) -> None:
        super().__init__(objects.bucket, key, content_type, cache_control)
        self._ask = objects.ask

    def write(self, data: bytes) -> None:
        self._ask()
        super().write(data)
