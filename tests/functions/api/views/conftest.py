"""The stage, people who call, and videos of ada's to watch."""

from tests.functions.api.videos.conftest import ada, awaiting, bob, ready, running, someone, stage, turned_clock

__all__ = ["ada", "awaiting", "bob", "ready", "running", "someone", "stage", "turned_clock"]
