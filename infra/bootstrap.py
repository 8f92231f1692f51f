"""Set up the checkout: the tools, the virtual environment from the lock and, on request, the npm packages.

Runs before anything is installed, so it uses the standard library only and parses on Pythons older than those it
accepts. A step whose inputs have not changed since it last succeeded is skipped.

    python3 infra/bootstrap.py                  .tools and .venv
    python3 infra/bootstrap.py --npm            node_modules as well
    python3 infra/bootstrap.py --transcriber    .transcriber as well, which writes down speech on the local stack
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import glob
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Generator

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OLDEST: tuple[int, int] = (3, 11)
NEWEST: tuple[int, int] = (3, 13)
STAMP = ".setup.json"
INSTALL_SECONDS = 1800
DESCRIBE = (
    "import importlib.util as u, json, os, sys; print(json.dumps([sys.version_info[:2],"
    " os.path.realpath(sys._base_executable), all(u.find_spec(m) for m in ('venv', 'ensurepip'))]))"
)


class SetupError(Exception):
    """The checkout cannot be set up; the message says what to do about it."""


def set_up_environment(root: str, wish: str) -> str:
    """Make .tools (uv) and .venv (the lock) unless they are fresh; the path of the environment's Python.

    `wish` is what PYTHON= names, empty for any fitting Python: then an environment that exists keeps its own.

    Raises:
        SetupError: there is no fitting Python, or an installation failed.
    """
    venv, pins, lock = (os.path.join(root, *parts) for parts in ([".venv"], ["infra", "uv.txt"], ["requirements.txt"]))
    python, inputs, stamp = os.path.join(venv, "bin", "python"), digest(pins, lock), recorded(venv)
    base = stamp.get("python", "") if os.path.exists(python) else ""
    if wish and find_python(wish) != base:
        base = ""
    if base and stamp.get("inputs") == inputs:
        return python
    uv = set_up_uv(os.path.join(root, ".tools"), pins, base or find_python(wish))
    if not base:
        base = find_python(wish)
        run([uv, "venv", "--quiet", "--clear", "--no-python-downloads", "--python", base, venv], "Making .venv")
    say("Installing the locked packages into .venv")
    record(venv, inputs="", python=base)
    run([uv, "pip", "sync", "--quiet", "--require-hashes", "--python", python, lock], "Installing requirements.txt")
    record(venv, inputs=inputs, python=base)
    return python


def set_up_uv(tools: str, pins: str, base: str) -> str:
    """Make the folder of tools, which holds the pinned uv, unless it is fresh; the path of uv."""
    uv, python, inputs = os.path.join(tools, "bin", "uv"), os.path.join(tools, "bin", "python"), digest(pins)
    if os.path.exists(uv) and recorded(tools).get("inputs") == inputs:
        return uv
    say(f"Installing uv into .tools with {base}")
    run([base, "-m", "venv", "--clear", tools], "Making .tools")
    run([python, "-m", "pip", "install", "--require-hashes", "--only-binary=:all:", "-r", pins], "Installing uv")
    record(tools, inputs=inputs)
    return uv


def set_up_node_modules(root: str = ROOT) -> str:
    """Install what package-lock.json names with the environment's npm unless it is fresh; the path of node_modules.

    Raises:
        SetupError: npm failed, for instance offline.
    """
    folder, programs = os.path.join(root, "node_modules"), os.path.join(root, ".venv", "bin")
    inputs = digest(os.path.join(root, "package-lock.json"), os.path.join(root, ".npmrc"))
    if recorded(folder).get("inputs") == inputs:
        return folder
    say("Installing the npm packages into node_modules")
    path = os.pathsep.join([programs, os.environ.get("PATH", "")])
    run([os.path.join(programs, "npm"), "ci", "--ignore-scripts"], "Installing the npm packages", cwd=root, PATH=path)
    record(folder, inputs=inputs)
    return folder


def set_up_transcriber(root: str = ROOT) -> str:
    """Make .transcriber, an environment with Whisper and a model, unless it is fresh; the path of its Python.

    Raises:
        SetupError: an installation failed.
    """
    lock = os.path.join(root, "infra", "transcriber.txt")
    folder, inputs = os.path.join(root, ".transcriber"), digest(lock)
    python, base = os.path.join(folder, "bin", "python"), recorded(os.path.join(root, ".venv")).get("python", "")
    if os.path.exists(python) and recorded(folder) == {"inputs": inputs, "python": base}:
        return python
    uv = os.path.join(root, ".tools", "bin", "uv")
    say("Installing the transcriber into .transcriber, about 430 MB")
    run([uv, "venv", "--quiet", "--clear", "--no-python-downloads", "--python", base, folder], "Making .transcriber")
    sync = [uv, "pip", "sync", "--quiet", "--require-hashes", "--only-binary", ":all:", "--python", python, lock]
    run(sync, "Installing infra/transcriber.txt")
    record(folder, inputs=inputs, python=base)
    return python


def find_python(wish: str) -> str:
    """The path of a Python from 3.11 to 3.13 that can make virtual environments.

    Raises:
        SetupError: there is none; the message lists what was found instead.
    """
    seen = {}
    for command in candidates(wish):
        version, path, complete = describe(command) or ((0, 0), "", False)
        if OLDEST <= version <= NEWEST and complete:
            return path
        if path:
            lack = "" if complete else ", without venv and ensurepip (Debian and Ubuntu: apt install python3-venv)"
            seen[path] = f"  {path} is Python {version[0]}.{version[1]}{lack}"
    found = "\n".join(seen.values()) or "  " + (f"PYTHON={wish} does not start" if wish else "none")
    raise SetupError(
        f"Showreel needs Python 3.11, 3.12 or 3.13 with venv. Found:\n{found}\n"
        "Install one, or name one: make setup PYTHON=/path/to/python3.12"
    )


def candidates(wish: str) -> list[str]:
    """Commands that may be a fitting Python, best first; a wish is the only candidate."""
    if wish:
        return [wish]
    names = ["python3.13", "python3.12", "python3.11"]
    versions = [sorted(glob.glob(os.path.expanduser(f"~/.pyenv/versions/{name[6:]}*/bin/python"))) for name in names]
    return [sys.executable, "python3", *names, *(path for paths in versions for path in reversed(paths))]


def describe(command: str) -> tuple[tuple[int, int], str, bool] | None:
    """Version, path and whether it can make virtual environments; None when no such Python starts.

    Inside a virtual environment the path is that of the interpreter below it.
    """
    try:
        done = subprocess.run([command, "-I", "-c", DESCRIBE], capture_output=True, timeout=30, check=True)
        version, path, complete = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return (version[0], version[1]), path, complete


def digest(*paths: str) -> str:
    """SHA-256 over the files' contents, in hexadecimal."""
    total = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            total.update(hashlib.sha256(file.read()).digest())
    return total.hexdigest()


def recorded(folder: str) -> dict[str, str]:
    """What the folder's stamp says; nothing when the folder was never completed."""
    try:
        with open(os.path.join(folder, STAMP), encoding="utf-8") as file:
            return dict(json.load(file))
    except (OSError, ValueError):
        return {}


def record(folder: str, **facts: str) -> None:
    """Write the folder's stamp."""
    with open(os.path.join(folder, STAMP), "w", encoding="utf-8") as file:
        json.dump(facts, file)


def run(command: list[str], purpose: str, cwd: str = ROOT, **environment: str) -> None:
    """Run a command, quiet unless it fails.

    Raises:
        SetupError: it did not start, ran too long or failed; the message ends in what it printed.
    """
    env = {**os.environ, **environment}
    try:
        subprocess.run(command, cwd=cwd, env=env, capture_output=True, timeout=INSTALL_SECONDS, check=True)
    except subprocess.CalledProcessError as error:
        printed = (error.stdout + error.stderr).decode(errors="replace").strip()
        raise SetupError(f"{purpose} failed:\n{printed}\nIs the package registry within reach?") from error
    except (OSError, subprocess.SubprocessError) as error:
        raise SetupError(f"{purpose} failed: {error}") from error


def say(line: str) -> None:
    print(line, flush=True)


@contextlib.contextmanager
def alone(root: str) -> Generator[None, None, None]:
    """Hold off a second set-up of the same checkout."""
    with open(os.path.join(root, ".gitignore"), encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--npm", action="store_true", help="install the npm packages too")
    parser.add_argument("--transcriber", action="store_true", help="install the embedded transcriber too")
    arguments = parser.parse_args()
    try:
        with alone(ROOT):
            set_up_environment(ROOT, os.environ.get("PYTHON", ""))
            if arguments.npm:
                set_up_node_modules()
            if arguments.transcriber:
                set_up_transcriber()
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
