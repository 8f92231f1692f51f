"""`make mutate`: how many faults, put into the code that decides who is let in, its unit tests notice.

mutmut changes one operator, value or argument of a function at a time and runs the tests that reach it. Each group
below is a run of its own with tests of its own: every request passes a guard, and its faults need not be shown to the
tests of every endpoint. Runs work on copies in build/mutants/<group>, which each makes anew and leaves for `mutmut
show`. A fault that no test reaches, or that time left untried, counts as one that was not noticed.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "build" / "mutants"
MUTMUT = Path(sys.executable).with_name("mutmut")
SOURCES = ("functions", "infra", "shared")
TESTS = "tests"
ALL_SECONDS = 5400
STOP_SECONDS = 30
TEST_SECONDS = 60
"""The tests end well within it: a mutant that never ends is ended by it, and was noticed."""

NOTICED = ("killed", "timeout")


class MutationError(Exception):
    """The tests fail without any mutant, or mutmut does."""


@dataclass(frozen=True)
class Group:
    """Modules that are mutated, and the files and folders of the tests that are held against them."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


_ACCOUNTS = "shared/domains/accounts"
GROUPS = {
    "tokens": Group(
        (
            "shared/base/tokens.py",
            "shared/base/key_sets.py",
            "shared/base/public_keys.py",
            "shared/base/signing_keys.py",
        ),
        (
            "tests/shared/base/test_key_sets.py",
            "tests/shared/base/test_token_lives.py",
            "tests/shared/base/test_tokens.py",
            "tests/shared/base/test_impersonation_tokens.py",
            "tests/shared/base/test_signing_keys.py",
        ),
    ),
    "limits": Group(
        ("shared/base/leases.py", "shared/base/limiter.py", "shared/http/limiting.py", "shared/contract/limits.py"),
        (
            "tests/shared/base/test_exact_buckets.py",
            "tests/shared/base/test_limiter.py",
            "tests/shared/contract/test_limits.py",
            "tests/shared/http/test_charging.py",
            "tests/shared/http/test_limiting.py",
        ),
    ),
    "lockout": Group(
        ("shared/base/failures.py", f"{_ACCOUNTS}/rules/lockout.py"),
        ("tests/shared/base/test_failures.py", "tests/shared/domains/accounts/test_lockout.py"),
    ),
    "sessions": Group(
        (
            f"{_ACCOUNTS}/rules/sessions.py",
            f"{_ACCOUNTS}/service/issuing.py",
            f"{_ACCOUNTS}/service/sessions.py",
            f"{_ACCOUNTS}/store/sessions.py",
        ),
        (
            "tests/shared/domains/accounts/test_issuing.py",
            "tests/shared/domains/accounts/test_kept_sessions.py",
            "tests/shared/domains/accounts/test_sessions.py",
            "tests/functions/api/sessions/test_end_session.py",
            "tests/functions/api/sessions/test_log_out.py",
            "tests/functions/api/sessions/test_renew_session.py",
        ),
    ),
    "permissions": Group(
        ("shared/contract/permissions.py", "shared/domains/keys/rules.py", "shared/domains/videos/rules/seeing.py"),
        (
            "tests/shared/contract/test_permissions.py",
            "tests/shared/domains/keys/test_rules.py",
            "tests/shared/domains/videos/test_seeing.py",
        ),
    ),
    "callers": Group(
        (
            "shared/http/authenticate.py",
            "shared/http/caller.py",
            "shared/http/credentials.py",
            "shared/http/impersonating.py",
            "shared/domains/keys/service/showing.py",
        ),
        (
            "tests/shared/http/test_authenticate.py",
            "tests/shared/http/test_credentials.py",
            "tests/shared/http/test_requests.py",
            "tests/shared/http/test_keys.py",
            "tests/shared/http/test_impersonating.py",
        ),
    ),
    "csrf": Group(("shared/http/csrf.py",), ("tests/functions/api/accounts/test_get_csrf_token.py",)),
}


def prepare(group: Group, folder: Path, root: Path = ROOT) -> None:
    """A checkout for mutmut, which reads its settings from where it runs: ours with what this group asks."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in (*SOURCES, TESTS):
        (folder / name).symlink_to(root / name)
    shutil.copy(root / "pyproject.toml", folder)
    settings = {
        "source_paths": SOURCES,
        "only_mutate": group.modules,
        "pytest_add_cli_args": (f"--timeout={TEST_SECONDS}",),
        "pytest_add_cli_args_test_selection": group.tests,
        # A test that does not end is ended by pytest: mutmut would count neither its stage nor how busy the machine is
        "timeout_constant": (str(ALL_SECONDS),),
    }
    lines = ("\n    ".join((f"{name} =", *values)) for name, values in settings.items())
    (folder / "setup.cfg").write_text("\n".join(("[mutmut]", *lines, "")))


def run(folder: Path, seconds: float) -> bool:
    """Try every mutant of a prepared folder; False when that did not end in time."""
    command = [MUTMUT, "run", "--max-children", str(os.cpu_count() or 1)]
    environment = os.environ | {"CI": "1"}  # examples that are the same each time
    options: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, cwd=folder, env=environment, **options) as process:
        try:
            printed, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)  # it ends its workers
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=STOP_SECONDS)
            return False
        finally:
            process.kill()
    if process.returncode:
        said = (line.rpartition("\r")[2] for line in printed.splitlines())
        raise MutationError(f"{folder.name}: mutmut failed\n" + "\n".join(said))
    return True


def results(folder: Path) -> dict[str, str]:
    """What became of each mutant, by its name."""
    command = [MUTMUT, "results", "--all", "True"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, timeout=60)
    pairs = (line.strip().rpartition(": ") for line in done.stdout.splitlines() if "__mutmut_" in line)
    return {name: became for name, _, became in pairs}


def report(found: dict[str, dict[str, str]]) -> list[str]:
    """The lines that end a run: by group the mutants that nobody noticed, then the score of each module and of all."""
    lines: list[str] = []
    scores: defaultdict[str, Counter[bool]] = defaultdict(Counter)
    for group, mutants in found.items():
        missed = {name: became for name, became in mutants.items() if became not in NOTICED}
        if missed:
            where = os.path.relpath(TARGET / group, ROOT)
            lines += ["", f"{group}: (cd {where} && {os.path.relpath(MUTMUT, TARGET / group)} show NAME) shows one of"]
            lines += [f"  {name}  {became}" for name, became in missed.items()]
        for name, became in mutants.items():
            scores[name.rpartition(".")[0]][became in NOTICED] += 1
    whole = sum(scores.values(), Counter[bool]())
    lines += ["", *(score(module, counts) for module, counts in sorted(scores.items())), score("in all", whole)]
    return lines


def score(what: str, counts: Counter[bool]) -> str:
    """For example "in all   900 of 1000  90 %"."""
    return f"{what:44} {counts[True]:5} of {counts.total():5} {100 * counts[True] / (counts.total() or 1):5.0f} %"


def main(names: list[str]) -> int:
    """Run the groups named, or all, and print their score."""
    if unknown := [name for name in names if name not in GROUPS]:
        print(f"No group {', '.join(unknown)}; there are {', '.join(GROUPS)}")
        return 2
    ends = time.monotonic() + ALL_SECONDS
    found: dict[str, dict[str, str]] = {}
    failed = False
    for name in names or GROUPS:
        started, folder = time.monotonic(), TARGET / name
        prepare(GROUPS[name], folder)
        try:
            ended = run(folder, max(ends - started, 1))
        except MutationError as error:
            print(error, flush=True)
            failed = True
            continue
        found[name] = results(folder)
        seconds = time.monotonic() - started
        print(f"{name}: {len(found[name])} mutants in {seconds:.0f} s{'' if ended else ', cut short'}", flush=True)
    print(*report(found), sep="\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(" ".join(sys.argv[1:]).split()))
