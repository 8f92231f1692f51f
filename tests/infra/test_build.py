"""`make build`: what is built, that it can be built again byte for byte, and what stops it."""

import hashlib
import importlib.metadata
import os
import re
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from infra import build, bundles
from infra.build import LAMBDA_BYTES, PLATFORMS, ROOT, TARGET, Build, BuildError
from infra.checks import imports, modules

ELF_MACHINES = {"arm64": 0xB7, "x86_64": 0x3E}
LAYOUT = ["code", "layers/ffmpeg", "layers/media", "layers/python", "worker-arm64.zip", "worker-x86_64.zip"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small checkout: one function, one shared module, and what the recipe is read from."""
    root = tmp_path / "checkout"
    for name in ("functions/__init__.py", "functions/greet.py", "shared/__init__.py", "shared/words.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("" if name.endswith("__init__.py") else f"NAME = {name!r}\n")
    (root / "shared" / "__pycache__").mkdir()
    (root / "shared" / "__pycache__" / "words.cpython-311.pyc").write_bytes(b"stale")
    (root / "infra").mkdir()
    (root / "infra" / "build.py").write_text("recipe\n")
    (root / "NOTICE").write_text("The offer.\n")
    for layer in build.LAYERS:
        (root / "layers" / layer).mkdir(parents=True)
        (root / "layers" / layer / "requirements.txt").write_text(f"{layer}==1\n")
    return root


@pytest.fixture
def installs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The installations asked for, each answered with a package of one module instead of a download."""
    asked: list[tuple[str, str]] = []

    def install(self: Build, layer: str, architecture: str, folder: Path) -> None:
        asked.append((layer, architecture))
        package = folder / ("imageio_ffmpeg/binaries" if layer == "ffmpeg" else f"{layer}_package")
        package.mkdir(parents=True)
        if layer == "ffmpeg":
            (package / f"ffmpeg-linux-{architecture}-v9").write_text(architecture)
            (package / f"ffmpeg-linux-{architecture}-v9").chmod(0o755)
        else:
            (package / "__init__.py").write_text(f"FOR = {architecture!r}\n")

    monkeypatch.setattr(Build, "_install", install)
    return asked


def contents(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder, by its path in it."""
    return {path.relative_to(folder).as_posix(): bundles.file_digest(path) for path in bundles.shipped_files(folder)}


def test_two_builds_in_two_places_are_equal_to_the_byte(
    checkout: Path, tmp_path: Path, installs: list[tuple[str, str]]
) -> None:
    Build(checkout, tmp_path / "one", sys.executable).everything()
    other = tmp_path / "elsewhere" / "checkout"
    shutil.copytree(checkout, other)
    for path in bundles.files(other):
        path.chmod(0o600)
        os.utime(path, (1_000_000_000, 1_000_000_000))
    Build(other, tmp_path / "two", sys.executable).everything()
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert len(installs) == 2 * len(build.LAYERS) * len(PLATFORMS)


def test_layout(checkout: Path, tmp_path: Path, installs: list[tuple[str, str]]) -> None:
    target = tmp_path / "build"
    Build(checkout, target, "").everything()
    assert all((target / name).exists() for name in LAYOUT)
    assert (target / "layers" / "python" / "python" / "python_package" / "__init__.py").exists()
    assert [path.name for path in bundles.files(target / "layers" / "ffmpeg")] == ["NOTICE", "ffmpeg"]
    for architecture in PLATFORMS:
        archive = target / f"worker-{architecture}.zip"
        with zipfile.ZipFile(archive) as worker:
            assert worker.namelist() == [
                "NOTICE",
                "bin/ffmpeg",
                "functions/__init__.py",
                "functions/greet.py",
                "python/fonts_package/__init__.py",
                "python/media_package/__init__.py",
                "python/python_package/__init__.py",
                "python/speech_package/__init__.py",
                "shared/__init__.py",
                "shared/words.py",
            ]
            assert worker.read("bin/ffmpeg").decode() == architecture
            assert architecture in worker.read("python/python_package/__init__.py").decode()
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        assert archive.with_name(f"{archive.name}.sha256").read_text() == f"{digest}  {archive.name}\n"


def test_code_and_dependencies_carry_bytecode_when_there_is_a_python_for_it(
    checkout: Path, tmp_path: Path, installs: list[tuple[str, str]]
) -> None:
    Build(checkout, tmp_path, sys.executable).everything()
    compiled = {path.name for path in tmp_path.rglob("*.pyc")}
    tag = sys.implementation.cache_tag
    assert {f"greet.{tag}.pyc", f"words.{tag}.pyc", f"__init__.{tag}.pyc"} <= compiled


def test_what_has_not_changed_is_left_alone(
    checkout: Path, tmp_path: Path, installs: list[tuple[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    Build(checkout, tmp_path, "").everything()
    capsys.readouterr()
    Build(checkout, tmp_path, "").everything()
    assert not capsys.readouterr().out
    (checkout / "shared" / "words.py").write_text("NAME = 'other'\n")
    Build(checkout, tmp_path, "").everything()
    assert capsys.readouterr().out.split("\n")[:-1] == [f"made {name}" for name in (LAYOUT[0], *LAYOUT[-2:])]
    asked = len(installs)
    (checkout / "layers" / "media" / "requirements.txt").write_text("media==2\n")
    Build(checkout, tmp_path, "").everything()
    assert installs[asked:] == [("media", "arm64"), ("media", "x86_64")]


def test_lock_that_cannot_be_installed_stops_the_build(checkout: Path, tmp_path: Path) -> None:
    (checkout / ".tools" / "bin").mkdir(parents=True)
    (checkout / ".tools" / "bin" / "uv").symlink_to(ROOT / ".tools" / "bin" / "uv")
    (checkout / "layers" / "python" / "requirements.txt").write_text("six\n")
    with pytest.raises(BuildError, match=r"(?s)Layer python for arm64 cannot be installed:.*hash"):
        Build(checkout, tmp_path / "build", "").everything()


def test_package_without_ffmpeg_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "python" / "imageio_ffmpeg").mkdir(parents=True)
    with pytest.raises(BuildError, match="found 0"):
        build.keep_ffmpeg(tmp_path)


def test_function_that_lambda_would_refuse_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    sizes = {"code": 1_000, "python": 60_000_000, "ffmpeg": LAMBDA_BYTES - 60_001_000, "media": 100_000_000}
    functions: dict[tuple[str, ...], list[str]] = {
        ("python",): ["get_health"],
        ("python", "ffmpeg"): ["encode_run"],
        ("python", "media"): ["probe"],
    }
    assert build.report(sizes, functions) == []
    complaints = build.report({**sizes, "code": 1_001}, functions)
    assert complaints == [f"encode_run: {LAMBDA_BYTES + 1} bytes unpacked, Lambda takes {LAMBDA_BYTES}"]
    assert "code 0.0 + python 60.0 + media 100.0" in capsys.readouterr().out


def test_unfit_python_for_bytecode_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON313", "/nowhere/python3.13")
    with pytest.raises(BuildError, match="PYTHON313=/nowhere/python3"):
        build.build()


def test_placeholder_has_the_same_layout_and_our_code(checkout: Path, tmp_path: Path) -> None:
    target = tmp_path / "bundles"
    build.write_placeholders(target, checkout)
    assert all((target / name).exists() for name in LAYOUT)
    assert [path.relative_to(target / "code").as_posix() for path in bundles.shipped_files(target / "code")] == [
        "functions/__init__.py",
        "functions/greet.py",
        "shared/__init__.py",
        "shared/words.py",
    ]
    for layer in build.LAYERS:
        assert [path.name for path in (target / "layers" / layer).iterdir()] == ["README"]
    with zipfile.ZipFile(target / "worker-arm64.zip") as worker:
        assert "functions/greet.py" in worker.namelist()
    before = contents(target)
    build.write_placeholders(target, checkout)
    assert contents(target) == before
    (checkout / "functions" / "greet.py").write_text("NAME = 'other'\n")
    build.write_placeholders(target, checkout)
    assert (target / "code" / "functions" / "greet.py").read_text() == "NAME = 'other'\n"
    assert contents(target)["worker-arm64.zip"] != before["worker-arm64.zip"]


TRANSCRIBER = ROOT / "shared" / "media" / "words" / "hear_child.py"
"""Runs in an environment of its own; see docs/deploying.md, `transcriber_python`."""


def locked(layer: str) -> dict[str, str]:
    """Versions that a layer's lock names, by package."""
    return locked_by(ROOT / "layers" / layer / "requirements.txt")


def locked_by(lock: Path) -> dict[str, str]:
    text = lock.read_text()
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text, re.MULTILINE))


@pytest.mark.parametrize("layer", build.LAYERS)
def test_layer_has_the_versions_that_the_tests_run_with(layer: str) -> None:
    for package, version in locked(layer).items():
        assert importlib.metadata.version(package) == version


def test_layers_hold_every_package_that_our_code_imports() -> None:
    shipped = {package.replace("_", "-") for layer in build.LAYERS for package in locked(layer)}
    providers = importlib.metadata.packages_distributions()
    ours = {"functions", "shared"}
    missing = {
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in modules(ROOT, *ours)
        for line, name in imports(path)
        if (top := name.partition(".")[0]) not in sys.stdlib_module_names | ours
        and not {found.lower().replace("_", "-") for found in providers.get(top, [])} & shipped
        and (path != TRANSCRIBER or top.replace("_", "-") not in locked_by(ROOT / "infra" / "transcriber.txt"))
    }
    assert not missing


@pytest.fixture(scope="module")
def real_build() -> Path:
    """This checkout, really built, into the folder where `make build` builds it."""
    Build(ROOT, TARGET, bundles.find_lambda_python(dict(os.environ))).everything()
    return TARGET


def machine(path: Path) -> int:
    """The architecture of an ELF file, as its header names it."""
    with path.open("rb") as file:
        header = file.read(20)
    assert header[:4] == b"\x7fELF"
    return int.from_bytes(header[18:20], "little")


@pytest.mark.timeout(900)
def test_real_build_is_for_lambda_and_fits(real_build: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trees = [real_build / "layers", real_build / "x86_64"]
    programs = [path for tree in trees for pattern in ("bin/ffmpeg", "*.so") for path in tree.rglob(pattern)]
    assert len(programs) > 20
    for path in programs:
        architecture = "x86_64" if (real_build / "x86_64") in path.parents else "arm64"
        assert machine(path) == ELF_MACHINES[architecture], path
    versions = {match for path in programs for match in re.findall(r"\.cpython-(\d+)", path.name)}
    assert versions == {"313"}
    sizes = Build(ROOT, real_build, "").sizes()
    assert build.report(sizes, build.functions_by_layers()) == []
    assert "functions)" in capsys.readouterr().out


def test_real_bytecode_is_of_the_version_that_lambda_runs(real_build: Path) -> None:
    python = bundles.find_lambda_python(dict(os.environ))
    compiled = {path.name.split(".")[-2] for path in (real_build / "layers").rglob("*.pyc")}
    assert compiled == ({"cpython-313"} if python else set())
