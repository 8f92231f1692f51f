"""What a cold start costs before the first line of a handler runs: CPU to import it, over that of boto3 with a client.

Every handler is imported alone, in a fresh process with an empty environment, from a copy of the code that carries
bytecode as a bundle does.
"""

import statistics
import sys
import tempfile
from pathlib import Path

from bench.cpu import Command, in_turns, python, ratio
from bench.figures import Figure
from infra.build import copy_code
from infra.bundles import add_bytecode
from infra.parts.discovery import ROOT, Room, rooms

LIMIT = 1.9
SCREENING_ROUNDS, ROUNDS = 2, 11
FINALISTS = 4
"""So many of the slowest are measured again with more rounds: the slowest of few noisy rounds looks too slow."""

NOTHING, BASES = "nothing", ("boto3", "same again")
BOTO3 = """
import boto3
boto3.client("dynamodb", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")
"""
GROUPS = {"pipeline": "a step", "events": "an event's function", "schedules": "a schedule"}


def measure() -> list[Figure]:
    """The slowest handler of all against the limit, and the slowest of each kind."""
    with tempfile.TemporaryDirectory() as folder:
        copy_code(ROOT, Path(folder))
        add_bytecode(Path(folder), sys.executable)
        screened = _ratios(rooms(), folder, SCREENING_ROUNDS)
        slowest = sorted(rooms(), key=lambda room: screened[room.file], reverse=True)
        final = _ratios(tuple(slowest[:FINALISTS]), folder, ROUNDS)
    worst = max(final, key=lambda file: final[file])
    found = [Figure(f"import CPU of the slowest handler over boto3 and a client ({worst})", final[worst], "x", LIMIT)]
    for kind, words in GROUPS.items():
        file = next(room.file for room in slowest if _kind(room) == kind)
        found.append(Figure(f"import CPU, slowest of {words} ({file})", screened[file], "x"))
    every = statistics.median(screened.values())
    return [*found, Figure(f"import CPU, median of {len(screened)} handlers", round(every, 2), "x")]


def _ratios(measured: tuple[Room, ...], folder: str, rounds: int) -> dict[str, float]:
    """File -> its import's CPU over that of boto3 with a client; an interpreter that imports nothing is free."""
    commands: dict[str, Command] = {NOTHING: python("pass", folder)}
    commands |= {base: python(BOTO3, folder) for base in BASES}  # twice, for all ratios hang on it
    commands |= {room.file: python(f"import {room.module}", folder) for room in measured}
    seconds = in_turns(commands, rounds)
    floor = statistics.median(seconds[NOTHING])
    under = [statistics.mean(pair) for pair in zip(*(seconds[base] for base in BASES), strict=True)]
    return {room.file: round(ratio(seconds[room.file], under, floor), 2) for room in measured}


def _kind(room: Room) -> str:
    return room.module.split(".")[1]
