"""Sets limits on itself, then becomes another program: `limited_exec.py ADDRESS_SPACE CPU_SECONDS FILE_BYTES PROGRAM`.

It runs without site packages, so that it costs a hundredth of a second; a fork with Python code in the child would not
be safe in a process with threads.
"""

import os
import resource
import sys


def set_limits(address_space: int, cpu_seconds: int, file_bytes: int) -> None:
    """Limits for this process and what it becomes; 0 leaves the address space alone."""
    if address_space:
        resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    set_limits(*(int(value) for value in sys.argv[1:4]))
    os.environ.pop("LD_LIBRARY_PATH", None)  # it was for this interpreter
    os.execv(sys.argv[4], sys.argv[4:])  # noqa: S606  the program is our own choice and there is no shell
