"""The stage for these tests."""

from tests.aws import lasting_stage

__all__ = ["lasting_stage"]
