"""Sizes of the Batch environment, apart from the constructs so that nobody needs the CDK to know them."""

from shared.media.workers import JOB_MEMORY, JOB_VCPUS

__all__ = ["ATTEMPTS", "JOB_MEMORY", "JOB_VCPUS", "MAX_VCPUS"]

MAX_VCPUS = 256
"""Of one compute environment."""

ATTEMPTS = 3
