"""What a bundle is made of: trees and archives whose bytes depend on their contents alone, and their bytecode."""

import glob
import hashlib
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

from infra.bootstrap import describe

EPOCH = 315532800  # 1980-01-01, the oldest moment that a zip archive can name
EPOCH_IN_ZIP = (1980, 1, 1, 0, 0, 0)
STAMPS = ".inputs"
LAMBDA_PYTHON = (3, 13)
COMPILE_SECONDS = 600
BLOCK = 1 << 20


def files(folder: Path) -> list[Path]:
    """All files below a folder but caches, sorted by their path in it."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.parent.name != "__pycache__")
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def shipped_files(folder: Path) -> list[Path]:
    """All files below a folder, bytecode too, sorted by their path in it."""
    return sorted(filter(Path.is_file, folder.rglob("*")), key=lambda path: path.relative_to(folder).as_posix())


def size(folder: Path) -> int:
    """Bytes that the files below a folder hold."""
    return sum(path.stat().st_size for path in shipped_files(folder))


def digest(paths: Iterable[Path], root: Path, *words: str) -> str:
    """SHA-256, in hexadecimal, of the words and of the files' names below the root and contents."""
    total = hashlib.sha256("\0".join(words).encode())
    for path in paths:
        total.update(f"\0{path.relative_to(root).as_posix()}\0{file_digest(path)}".encode())
    return total.hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def make_once(target: Path, name: str, inputs: str, make: Callable[[Path], None]) -> bool:
    """Make `target/name` unless it was made from these inputs; whether it had to be made.

    It is made beside its place and moved there when complete, so that a build that is stopped leaves no half bundle.
    """
    place, stamp = target / name, target / STAMPS / name
    if place.exists() and stamp.exists() and stamp.read_text() == inputs:
        return False
    draft = target / f".{name.replace('/', '-')}.draft"
    remove(draft)
    draft.parent.mkdir(parents=True, exist_ok=True)
    make(draft)
    stamp.unlink(missing_ok=True)
    remove(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    draft.rename(place)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(inputs)
    return True


def remove(path: Path) -> None:
    """Remove a file or a folder; nothing when it is not there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def settle(folder: Path) -> None:
    """Give every file and folder the same time and a mode that says only whether it can be run."""
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        os.utime(path, (EPOCH, EPOCH))


def write_zip(archive: Path, contents: list[tuple[str, Path]]) -> None:
    """Zip folders, each under a prefix ("" for the top): sorted, of one time, so equal contents make equal bytes."""
    entries = {
        f"{prefix}{path.relative_to(folder).as_posix()}": path
        for prefix, folder in contents
        for path in shipped_files(folder)
    }
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as packed:
        for name, path in sorted(entries.items()):
            entry = zipfile.ZipInfo(name, EPOCH_IN_ZIP)
            entry.create_system, entry.compress_type = 3, zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100755 if os.access(path, os.X_OK) else 0o100644) << 16
            with path.open("rb") as source, packed.open(entry, "w") as sink:
                shutil.copyfileobj(source, sink, BLOCK)


def find_lambda_python(environment: dict[str, str]) -> str:
    """The path of a Python of Lambda's version, which alone can make its bytecode; empty when there is none.

    PYTHON313 names one, else it is looked for on PATH and where version managers keep theirs.
    """
    name = ".".join(map(str, LAMBDA_PYTHON))
    homes = [f"~/.pyenv/versions/{name}*/bin/python", f"~/.local/share/uv/python/cpython-{name}*/bin/python{name}"]
    managed = [path for pattern in homes for path in sorted(glob.glob(os.path.expanduser(pattern)), reverse=True)]  # noqa: PTH111, PTH207
    wish = environment.get("PYTHON313", "")
    for command in [wish] if wish else [f"python{name}", "python3", *managed]:
        found = describe(command)
        if found and found[0] == LAMBDA_PYTHON:
            return found[1]
    return ""


def add_bytecode(folder: Path, python: str) -> None:
    """Compile every module below a folder, in an order and under names that do not depend on this machine.

    Lambda's disk is read-only and the CDK resets times in its archives, so that only bytecode that is never compared
    with its source ("unchecked-hash") is used there.

    Raises:
        SyntaxError: a module does not compile; the message is what the compiler printed.
    """
    command = [
        python,
        "-I",
        "-m",
        "compileall",
        "-q",
        "-f",
        "--invalidation-mode",
        "unchecked-hash",
        "-s",
        str(folder),
        str(folder),
    ]
    environment = {"PYTHONHASHSEED": "0", "PATH": os.environ.get("PATH", "")}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=COMPILE_SECONDS, env=environment, check=False
    )
    if done.returncode:
        raise SyntaxError((done.stdout + done.stderr).strip())
