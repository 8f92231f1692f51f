"""`make build`: everything that is deployed besides templates, into build/.

    code/                   functions/ and shared/
    layers/python/          the dependencies of all functions, for Lambda's arm64 and Python 3.13
    layers/ffmpeg/          FFmpeg, for functions that declare it
    layers/media/           PyAV, for functions that declare it
    layers/fonts/           fonts and what reads them, for functions that declare it
    layers/speech/          the aligner of words, for functions that declare it
    worker-{arm64,x86_64}.zip   all of it in one archive for a Batch job, its SHA-256 beside it

Equal inputs make equal bytes, whatever the machine, and what is up to date is left alone. For the laptop, where the
virtual environment has the dependencies, `--placeholder DIR` writes the same layout without them.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from infra.bundles import (
    add_bytecode,
    digest,
    file_digest,
    files,
    find_lambda_python,
    make_once,
    remove,
    settle,
    size,
    write_zip,
)

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "build"
CODE = ("functions", "shared")
LAYERS = ("python", "ffmpeg", "media", "fonts", "speech")
# Lambda and the CPU queue run on arm64, the GPU queue on x86_64; both have a glibc of 2.34 or newer.
PLATFORMS = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}
LAMBDA_BYTES = 250 * 1024 * 1024
INSTALL_SECONDS = 1800
# Of what an installer leaves: its notes on files that are not all shipped, programs, and sources of compiled modules.
LEFT_OUT = (
    "bin",
    ".lock",
    "*.dist-info/RECORD",
    "*.dist-info/INSTALLER",
    "*.dist-info/REQUESTED",
    "**/*.pyi",
    "**/*.pxd",
)
NO_BYTECODE = (
    "No Python 3.13 was found, so the bundles carry no bytecode: a cold start imports for about 2.2 s instead of 0.7 s,"
    " and `make deploy STAGE=prod` refuses. PYTHON313=/path/to/python3.13 names one."
)


class BuildError(Exception):
    """The bundles cannot be built; the message says why."""


class Build:
    """One build of a checkout into a folder, with bytecode of the Python 3.13 named, or without when it is empty."""

    def __init__(self, root: Path, target: Path, python: str) -> None:
        self._root = root
        self._target = target
        self._python = python
        self._recipe = digest(sorted((root / "infra").glob("bu*.py")), root, python and version_of(python))
        code = [path for folder in CODE for path in files(root / folder)]
        self._inputs_of_code = digest(code, root, self._recipe)

    def everything(self) -> None:
        """Make what is out of date."""
        self._make("code", self._inputs_of_code, self._code)
        for architecture in PLATFORMS:
            for layer in LAYERS:
                self._layer(layer, architecture)
            self._worker(architecture)

    def sizes(self) -> dict[str, int]:
        """Bytes of the code and of each layer as Lambda unpacks them."""
        return {
            "code": size(self._target / "code"),
            **{layer: size(self._target / "layers" / layer) for layer in LAYERS},
        }

    def _make(self, name: str, inputs: str, make: Callable[[Path], None]) -> None:
        if make_once(self._target, name, inputs, make):
            print(f"made {name}", flush=True)

    def _inputs_of_layer(self, layer: str) -> str:
        return digest([self._lock(layer), self._root / "NOTICE"], self._root, self._recipe)

    def _lock(self, layer: str) -> Path:
        return self._root / "layers" / layer / "requirements.txt"

    def _code(self, draft: Path) -> None:
        copy_code(self._root, draft)
        self._finish(draft)

    def _layer(self, layer: str, architecture: str) -> None:
        def make(draft: Path) -> None:
            self._install(layer, architecture, draft / "python")
            if layer == "ffmpeg":
                keep_ffmpeg(draft)
                shutil.copy(self._root / "NOTICE", draft)  # the offer of its source goes where the program goes
            self._finish(draft)

        self._make(layer_name(layer, architecture), self._inputs_of_layer(layer), make)

    def _install(self, layer: str, architecture: str, folder: Path) -> None:
        uv = str(self._root / ".tools" / "bin" / "uv")
        command = [uv, "pip", "install", "--quiet", "--python", sys.executable, "--target", str(folder), "--no-deps"]
        command += ["--require-hashes", "--only-binary", ":all:", "--link-mode", "copy", "--python-version", "3.13"]
        command += ["--python-platform", PLATFORMS[architecture], "--requirements", str(self._lock(layer))]
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
        if done.returncode:
            raise BuildError(f"Layer {layer} for {architecture} cannot be installed:\n{done.stderr.strip()}")
        for pattern in LEFT_OUT:
            for path in list(folder.glob(pattern)):
                remove(path)

    def _finish(self, folder: Path) -> None:
        try:
            if self._python:
                add_bytecode(folder, self._python)
        except SyntaxError as error:
            raise BuildError(f"{folder.name} does not compile:\n{error}") from error
        settle(folder)

    def _worker(self, architecture: str) -> None:
        layers = [self._target / layer_name(layer, architecture) for layer in LAYERS]

        def make(draft: Path) -> None:
            write_zip(draft, [("", self._target / "code"), *(("", layer) for layer in layers)])

        inputs = [self._inputs_of_code, *(self._inputs_of_layer(layer) for layer in LAYERS)]
        self._make(f"worker-{architecture}.zip", digest([], self._root, *inputs), make)
        write_checksum(self._target / f"worker-{architecture}.zip")


def layer_name(layer: str, architecture: str) -> str:
    """Where a layer lies below the target. Lambda runs on arm64 only, the other one goes into a worker's archive."""
    return f"layers/{layer}" if architecture == "arm64" else f"{architecture}/{layer}"


def version_of(python: str) -> str:
    """What an interpreter says of itself: bytecode of another patch release may have other bytes."""
    return subprocess.run([python, "-VV"], capture_output=True, text=True, timeout=30, check=True).stdout


def copy_code(root: Path, target: Path) -> None:
    """Copy our own code, without caches."""
    for folder in CODE:
        shutil.copytree(root / folder, target / folder, ignore=shutil.ignore_patterns("__pycache__"))


def keep_ffmpeg(layer: Path) -> None:
    """Turn the installed package into the one program that it brings, as bin/ffmpeg.

    Raises:
        BuildError: the package does not hold exactly one.
    """
    found = sorted((layer / "python").glob("imageio_ffmpeg/binaries/ffmpeg-*"))
    if len(found) != 1:
        raise BuildError(f"Expected one FFmpeg in imageio-ffmpeg, found {len(found)}")
    (layer / "bin").mkdir()
    found[0].rename(layer / "bin" / "ffmpeg")
    shutil.rmtree(layer / "python")


def write_checksum(archive: Path) -> None:
    """Write the archive's SHA-256 beside it, in the form that `sha256sum --check` reads."""
    checksum = archive.with_name(f"{archive.name}.sha256")
    if not checksum.exists() or checksum.stat().st_mtime_ns < archive.stat().st_mtime_ns:
        checksum.write_text(f"{file_digest(archive)}  {archive.name}\n")


def write_placeholders(target: Path, root: Path = ROOT) -> None:
    """Write the layout of a build for the laptop: our code, empty layers, workers' archives that hold code alone."""
    paths = [path for folder in CODE for path in files(root / folder)]
    inputs = digest(paths, root, file_digest(Path(__file__)))

    def code(draft: Path) -> None:
        copy_code(root, draft)
        settle(draft)

    def layer(draft: Path) -> None:
        draft.mkdir()
        (draft / "README").write_text("Left out on the laptop: what it holds comes from the virtual environment.\n")
        settle(draft)

    make_once(target, "code", inputs, code)
    for name in LAYERS:
        make_once(target, f"layers/{name}", "empty", layer)
    for architecture in PLATFORMS:
        archive = f"worker-{architecture}.zip"
        make_once(target, archive, inputs, lambda draft: write_zip(draft, [("", target / "code")]))
        write_checksum(target / archive)


def functions_by_layers() -> dict[tuple[str, ...], list[str]]:
    """The functions' names, by the layers that they declare."""
    from infra.parts.discovery import rooms

    grouped: dict[tuple[str, ...], list[str]] = {}
    for room in rooms():
        grouped.setdefault(("python", *sorted(room.declaration.compute.layers)), []).append(room.name)
    return grouped


def report(sizes: dict[str, int], functions: dict[tuple[str, ...], list[str]]) -> list[str]:
    """Print what a function of each kind weighs; the complaints about those that Lambda would refuse."""
    complaints = []
    for layers, names in sorted(functions.items()):
        total = sizes["code"] + sum(sizes[layer] for layer in layers)
        parts = " + ".join(f"{part} {sizes[part] / 1e6:.1f}" for part in ("code", *layers))
        print(f"{total / 1e6:7.1f} MB  {parts}  ({len(names)} functions)")
        if total > LAMBDA_BYTES:
            complaints.append(f"{', '.join(names)}: {total} bytes unpacked, Lambda takes {LAMBDA_BYTES}")
    return complaints


def build() -> str:
    """Build the checkout; the Python whose bytecode it carries, empty when none.

    Raises:
        BuildError: a layer cannot be installed, a function is larger than Lambda takes, or PYTHON313 is another Python.
    """
    python, wish = find_lambda_python(dict(os.environ)), os.environ.get("PYTHON313", "")
    if wish and not python:
        raise BuildError(f"PYTHON313={wish} is no Python 3.13")
    work = Build(ROOT, TARGET, python)
    work.everything()
    if complaints := report(work.sizes(), functions_by_layers()):
        raise BuildError("\n".join(complaints))
    for archive in sorted(TARGET.glob("worker-*.zip")):
        print(f"{archive.stat().st_size / 1e6:7.1f} MB  {archive.name}")
    if not python:
        print(NO_BYTECODE)
    return python


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--placeholder", type=Path, metavar="DIR", help="write the laptop's layout into DIR instead")
    arguments = parser.parse_args()
    if arguments.placeholder:
        write_placeholders(arguments.placeholder)
        return 0
    try:
        build()
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
