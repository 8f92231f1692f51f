"""Bundles: made once per inputs, never half made, and of bytes that depend on their contents alone."""

import hashlib
import importlib.util
import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra import bundles


def tree(folder: Path, texts: dict[str, str]) -> Path:
    """Write files below a folder."""
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_made_once_per_inputs(tmp_path: Path) -> None:
    made: list[str] = []

    def make(draft: Path) -> None:
        made.append(draft.name)
        tree(draft, {"file": f"{len(made)}"})

    assert bundles.make_once(tmp_path, "layers/one", "a", make)
    assert not bundles.make_once(tmp_path, "layers/one", "a", make)
    assert (tmp_path / "layers" / "one" / "file").read_text() == "1"
    assert bundles.make_once(tmp_path, "layers/one", "b", make)
    assert (tmp_path / "layers" / "one" / "file").read_text() == "2"
    assert sorted(path.name for path in tmp_path.iterdir()) == [bundles.STAMPS, "layers"]


def test_bundle_that_was_removed_is_made_again(tmp_path: Path) -> None:
    def make(draft: Path) -> None:
        draft.write_text("whole")

    bundles.make_once(tmp_path, "worker.zip", "a", make)
    (tmp_path / "worker.zip").unlink()
    assert bundles.make_once(tmp_path, "worker.zip", "a", make)


def test_build_that_fails_leaves_the_last_good_bundle(tmp_path: Path) -> None:
    def make(draft: Path) -> None:
        tree(draft, {"file": "good"})

    def fail(draft: Path) -> None:
        tree(draft, {"file": "half"})
        raise OSError("no space left")

    bundles.make_once(tmp_path, "code", "a", make)
    with pytest.raises(OSError, match="no space left"):
        bundles.make_once(tmp_path, "code", "b", fail)
    assert (tmp_path / "code" / "file").read_text() == "good"
    assert bundles.make_once(tmp_path, "code", "b", make)


def test_digest_sees_names_contents_and_words(tmp_path: Path) -> None:
    root = tree(tmp_path, {"a/one.py": "1", "a/two.py": "2", "a/__pycache__/one.pyc": "x"})
    found = bundles.files(root)
    assert [path.name for path in found] == ["one.py", "two.py"]
    before = bundles.digest(found, root, "word")
    assert bundles.digest(found, root, "word") == before
    assert bundles.digest(found, root, "other") != before
    (root / "a" / "one.py").write_text("2")
    assert bundles.digest(found, root, "word") != before
    (root / "a" / "one.py").write_text("1")
    (root / "a" / "two.py").rename(root / "a" / "three.py")
    assert bundles.digest(bundles.files(root), root, "word") != before


def test_archive_is_the_same_whatever_the_times_and_rights(tmp_path: Path) -> None:
    archives = []
    for number, (moment, mode) in enumerate([(1_000_000_000, 0o600), (1_700_000_000, 0o664)]):
        folder = tree(tmp_path / str(number), {"z.py": "z", "a/b.py": "b", "bin/ffmpeg": "elf"})
        for path in bundles.files(folder):
            path.chmod(mode)
            os.utime(path, (moment, moment))
        (folder / "bin" / "ffmpeg").chmod(0o755)
        bundles.write_zip(tmp_path / f"{number}.zip", [("", folder), ("more/", folder / "a")])
        archives.append((tmp_path / f"{number}.zip").read_bytes())
    assert archives[0] == archives[1]
    with zipfile.ZipFile(tmp_path / "0.zip") as archive:
        assert archive.namelist() == ["a/b.py", "bin/ffmpeg", "more/b.py", "z.py"]
        modes = {entry.filename: stat.filemode(entry.external_attr >> 16) for entry in archive.infolist()}
        assert modes["bin/ffmpeg"] == "-rwxr-xr-x"
        assert modes["z.py"] == "-rw-r--r--"
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_bytecode_is_never_compared_with_its_source_and_names_no_place(tmp_path: Path) -> None:
    source = "NAMES = {'one', 'two', 'three'}\ndef pick(name):\n    return name in {'x', 'y', 'z'}\n"
    compiled = []
    for place in ("here", "there"):
        folder = tree(tmp_path / place, {"package/module.py": source})
        bundles.add_bytecode(folder, sys.executable)
        cached = Path(importlib.util.cache_from_source(str(folder / "package" / "module.py")))
        compiled.append(cached.read_bytes())
        assert str(tmp_path).encode() not in compiled[-1]
    assert compiled[0] == compiled[1]
    flags = int.from_bytes(compiled[0][4:8], "little")
    assert flags == 0b01, "unchecked-hash"


def test_bytecode_is_used_when_the_disk_says_other_times(tmp_path: Path) -> None:
    folder = tree(tmp_path, {"module.py": "print('source')\n"})
    bundles.add_bytecode(folder, sys.executable)
    bundles.settle(folder)
    (folder / "module.py").write_text("print('edited')\n")
    done = subprocess.run(
        [sys.executable, "-c", "import module"], cwd=folder, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "source\n"


def test_module_that_does_not_compile_stops_the_build(tmp_path: Path) -> None:
    folder = tree(tmp_path, {"module.py": "def (:\n"})
    with pytest.raises(SyntaxError, match=r"(?s)module.py.*def \(:"):
        bundles.add_bytecode(folder, sys.executable)


def test_settled_tree_has_one_time_and_plain_rights(tmp_path: Path) -> None:
    folder = tree(tmp_path / "layer", {"bin/ffmpeg": "elf", "README": "text"})
    (folder / "bin" / "ffmpeg").chmod(0o700)
    (folder / "README").chmod(0o666)
    bundles.settle(folder)
    found = {path.name: path.stat() for path in [folder, *folder.rglob("*")]}
    assert {name: stat.S_IMODE(status.st_mode) for name, status in found.items()} == {
        "layer": 0o755,
        "bin": 0o755,
        "ffmpeg": 0o755,
        "README": 0o644,
    }
    assert {status.st_mtime for status in found.values()} == {bundles.EPOCH}


def test_python_for_bytecode_is_the_one_named_or_none(tmp_path: Path) -> None:
    fit, old = tmp_path / "fit", tmp_path / "old"
    fit.write_text("#!/bin/sh\necho '[[3, 13], \"/opt/python3.13\", true]'\n")
    old.write_text("#!/bin/sh\necho '[[3, 12], \"/opt/python3.12\", true]'\n")
    for program in (fit, old):
        program.chmod(0o755)
    assert bundles.find_lambda_python({"PYTHON313": str(fit)}) == "/opt/python3.13"
    assert not bundles.find_lambda_python({"PYTHON313": str(old)})
    assert not bundles.find_lambda_python({"PYTHON313": "/nowhere/python3.13"})


def test_file_digest_is_sha256(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"frames" * 500_000)
    assert bundles.file_digest(tmp_path / "file") == hashlib.sha256(b"frames" * 500_000).hexdigest()
