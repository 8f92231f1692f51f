"""Sizes of the Batch environment, apart from the constructs so that nobody needs the CDK to know them."""

from shared.media.workers import JOB_VCPUS

__all__ = ["ATTEMPTS", "JOB_MEMORY", "JOB_VCPUS", "MAX_VCPUS"]

MAX_VCPUS = 256
"""Of one compute environment."""

JOB_MEMORY = 7168
"""MiB, of the 8 GiB that a c7g.xlarge has: the ECS agent needs the rest."""

ATTEMPTS = 3
