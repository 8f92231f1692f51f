"""Where the emulator differs from AWS: the register of corrections, and the page that lists them.

`python -m infra.local.differences` prints `docs/differences.md`.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass

PINNED = "1.5.33"
_MODULES = (
    *(
        "attributes",
        "authz",
        "batch.control",
        "cfn_batch",
        "compat",
        "conditions",
        "kms",
        "lambdas",
        "mail",
        "mappings",
    ),
    *("metrics", "recorder", "sfn", "sfn_map", "sockets", "transcribe"),
)


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction. `names`: what it leans on below `ministack.`, as "module: name name[key]"."""

    title: str
    aws: str
    emulator: str
    names: tuple[str, ...]
    module: str
    install: Callable[[], None]


CORRECTIONS: list[Correction] = []

#: known and left as they are: (topic, AWS, here)
REMAINING = (
    (
        "Root access",
        "A root key is a secret.",
        "The key `test` and any 12 digits are root: tests use role credentials.",
    ),
    ("Throttling", "Stage and route rates hold.", "They are dropped; no load or throttle test means anything here."),
    (
        "Request bodies",
        "Streamed.",
        "Held in memory, multipart objects at 2.6 times their size: keep uploads below 2 GiB.",
    ),
    (
        "Container images",
        "A Batch job runs its image.",
        "It runs on this machine: the venv and `ffmpeg` stand for the image.",
    ),
    ("Batch isolation", "Memory and GPU limits hold.", "A job is a process of this user; only vCPUs are counted."),
    ("Lambda limits", "Memory, /tmp and CPU are capped.", "Only the timeout is enforced."),
    ("Layers", "Extracted to /opt.", "Left out: dependencies come from the venv, `FFMPEG_PATH` names its binary."),
    ("Event source mappings", "Batches as large as they say, after their window.", "At most ten messages, at once."),
    (
        "Resource policies",
        "EventBridge -> Lambda needs a permission.",
        "It is not checked; templates are asserted instead.",
    ),
    ("Inline Map", "States inside count as transitions.", "They do not appear in the history."),
    ("Distributed Map", "ResultWriter, ItemBatcher.", "Not done."),
    ("CloudFormation", "Acts under the deployer's role.", "Acts as root."),
    ("CloudFront, WAF, Budgets, alarms", "Work.", "Stored only; media is served by a server of our own."),
    (
        "The edge",
        "`edge=on` puts a distribution with a web ACL before the API.",
        "The setting is off, whatever is set.",
    ),
    (
        "WebSockets",
        "32 kB a frame, 128 kB a message, 10 idle minutes, 2 hours; messages of a client run side by side.",
        "No limits; one message of a client after the other.",
    ),
    ("State", "Durable.", "Disposable: wiped at every start."),
)


def correction(
    *, title: str, aws: str, emulator: str, names: tuple[str, ...]
) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register the decorated function as what corrects one difference."""

    def register(install: Callable[[], None]) -> Callable[[], None]:
        CORRECTIONS.append(Correction(title, aws, emulator, names, install.__module__.rpartition("local.")[2], install))
        return install

    return register


def load() -> list[Correction]:
    """Every correction, in the order of installation. Imports the emulator."""
    for module in _MODULES:
        importlib.import_module(f"{__package__}.{module}")
    return CORRECTIONS


def missing_names(corrections: list[Correction]) -> list[str]:
    """The emulator's names that a correction leans on and that no longer exist."""
    missing = set()
    for found in corrections:
        for line in found.names:
            module, _, names = line.partition(": ")
            gone = [name for name in names.split() if not _exists(module, name)]
            missing |= {f"ministack.{module}.{name} ({found.title})" for name in gone}
    return sorted(missing)


def _exists(module: str, name: str) -> bool:
    path, _, key = name.rstrip("]").partition("[")
    try:
        found = importlib.import_module(f"ministack.{module}")
        for part in path.split("."):
            found = getattr(found, part)
    except (ModuleNotFoundError, AttributeError):
        return False
    return not key or key in found


def differences() -> str:
    """The page, as Markdown."""
    rows = [f"| {c.title} | {c.aws} | {c.emulator} | `infra/local/{c.module.replace('.', '/')}.py` |" for c in load()]
    left = [f"| {topic} | {aws} | {here} |" for topic, aws, here in REMAINING]
    return "\n".join(
        [
            "# Where the local stack differs from AWS",
            "",
            f"Made by `python -m infra.local.differences`. The emulator is MiniStack {PINNED}.",
            "",
            "## Corrected",
            "",
            "| what | AWS | the emulator alone | corrected in |",
            "|---|---|---|---|",
            *rows,
            "",
            "## Left as it is",
            "",
            "| what | AWS | here |",
            "|---|---|---|",
            *left,
            "",
        ]
    )


if __name__ == "__main__":
    sys.stdout.write(importlib.import_module("infra.local.differences").differences())
