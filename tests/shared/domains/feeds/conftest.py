"""The stage for these tests."""

from tests.aws import stage

__all__ = ["stage"]
