"""The stage for these tests, and the web."""

from tests.aws import bare_stage, lasting_stage, stage
from tests.clock import turned_clock
from tests.shared.base.web import contexts, web

__all__ = ["bare_stage", "contexts", "lasting_stage", "stage", "turned_clock", "web"]
