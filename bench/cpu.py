"""CPU time of child processes, of their own children too, and of calls; ratios of what ran in turns.

A loaded machine makes everything slower, but everything that runs at the same time alike: so ratios are taken within a
round, and the median of the rounds is told.
"""

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

SECONDS = 600
"""No command of a benchmark takes longer."""


@dataclass(frozen=True)
class Command:
    """One command line, run in `folder` with the whole environment in `environment`."""

    line: tuple[str, ...]
    folder: str = "/"
    environment: tuple[tuple[str, str], ...] = ()


def python(code: str, folder: str) -> Command:
    """This interpreter running `code`, which finds modules in `folder`, with an otherwise empty environment."""
    return Command((sys.executable, "-c", code), folder)


def cpu_seconds(command: Command) -> float:
    """Seconds of CPU that a command and its children used; CalledProcessError when it fails."""
    before = cpu_of_children()
    subprocess.run(
        command.line,
        cwd=command.folder,
        env=dict(command.environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        timeout=SECONDS,
        check=True,
    )
    return cpu_of_children() - before


def cpu_of_children() -> float:
    """Seconds of CPU that this process's children have used until now, those that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def in_turns(commands: Mapping[str, Command], rounds: int) -> dict[str, list[float]]:
    """CPU seconds by name, of each round; every other round runs backwards, so that no neighbour is always the same."""
    found: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds):
        for name in sorted(commands, reverse=bool(number % 2)):
            found[name].append(cpu_seconds(commands[name]))
    return found


def calls_in_turns(functions: Mapping[str, Callable[[], object]], calls: int, rounds: int) -> dict[str, list[float]]:
    """CPU seconds of this process by name, for so many calls in each round; every other round runs backwards."""
    found: dict[str, list[float]] = {name: [] for name in functions}
    for number in range(rounds):
        for name in sorted(functions, reverse=bool(number % 2)):
            call, before = functions[name], time.process_time()
            for _ in range(calls):
                call()
            found[name].append(time.process_time() - before)
    return found


def ratio(over: Sequence[float], under: Sequence[float], floor: float = 0.0) -> float:
    """The median of a round's ratios; `floor` is taken off both sides of each."""
    return statistics.median((one - floor) / (other - floor) for one, other in zip(over, under, strict=True))


def machine() -> str:
    """What this ran on, for whoever compares figures."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{count} processors, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}"
