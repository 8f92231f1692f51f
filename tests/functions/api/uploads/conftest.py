"""The same people and videos as for the endpoints of videos."""

from tests.functions.api.videos.conftest import ada, awaiting, bob, ready, running, someone, stage, turned_clock

__all__ = ["ada", "awaiting", "bob", "ready", "running", "someone", "stage", "turned_clock"]
