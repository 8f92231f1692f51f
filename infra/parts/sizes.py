"""Sizes of the Batch environment, apart from the constructs so that nobody needs the CDK to know them."""

from shared.media.workers import JOB_MEMORY, JOB_VCPUS

__all__ = ["ATTEMPTS", "GPU_JOB_MEMORY", "GPU_MAX_VCPUS", "GPU_OFF", "GPU_SIZE", "JOB_MEMORY", "JOB_VCPUS", "MAX_VCPUS"]

MAX_VCPUS = 256
"""Of one compute environment."""

GPU_OFF = "off"
"""The setting `gpu` of a stage that has no machines with GPUs."""

GPU_SIZE = "xlarge"
"""The size of a machine with one GPU and as many vCPUs as a job has, in each family that Showreel knows."""

GPU_MAX_VCPUS = 64
"""Of one compute environment with GPUs: sixteen machines."""

GPU_JOB_MEMORY = 14_336
"""MiB, of the 16 GiB of such a machine: its one GPU lets no other job onto it."""

ATTEMPTS = 3
