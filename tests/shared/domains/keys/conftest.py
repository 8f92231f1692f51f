"""The clock of these tests."""

from tests.clock import turned_clock

__all__ = ["turned_clock"]
