"""Parts of the local stack that need no stack: addresses, fingerprints, archives, EMF."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest

from infra.local.addresses import local_urls
from infra.local.assembly import Fingerprint, Packer, SynthError, syntax_error, synthesise
from infra.local.edits import concerns, concerns_jobs
from infra.local.settings import Settings

ENDPOINT, MEDIA = "http://127.0.0.1:4566", "http://127.0.0.1:4567"


@pytest.mark.parametrize(
    ("remote", "local"),
    [
        ("https://abc123.execute-api.us-east-1.amazonaws.com", f"{ENDPOINT}/_aws/execute-api/abc123/$default"),
        ("https://abc123.execute-api.us-east-1.amazonaws.com/", f"{ENDPOINT}/_aws/execute-api/abc123/"),
        ("wss://abc.execute-api.eu-west-1.amazonaws.com/prod", "ws://127.0.0.1:4566/_aws/execute-api/abc/prod"),
        ("https://d1x.cloudfront.net/v/1", f"{MEDIA}/v/1"),
        ("https://example.com/x", "https://example.com/x"),
    ],
)
def test_addresses_of_aws_become_local(remote: str, local: str) -> None:
    assert local_urls(remote, ENDPOINT, MEDIA) == local


def test_settings_survive_json() -> None:
    settings = Settings(port=1, media_port=2, folder="/x", cors_origins=("a", "b"))
    assert Settings.from_json(settings.to_json()) == settings


def tree(root: Path) -> Path:
    source = root / "functions" / "a.py"
    source.parent.mkdir(parents=True)
    source.write_text('"""A."""\nRATE = 1\n\n\ndef handler(event):\n    return RATE\n')
    (root / "shared").mkdir()
    (root / "shared" / "b.py").write_text("B = 1\n")
    return source


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("return RATE", "return RATE + 1", True),
        ("RATE = 1", "RATE = 1  # a comment", True),
        ("RATE = 1", "RATE = 2", False),
        ("handler(event)", "handler(event, context)", False),
        ("def handler", "@decorated\ndef handler", False),
    ],
)
def test_fingerprint_heeds_declarations_alone(tmp_path: Path, old: str, new: str, *, same: bool) -> None:
    source = tree(tmp_path)
    before = Fingerprint(tmp_path)()
    source.write_text(source.read_text().replace(old, new))
    assert (Fingerprint(tmp_path)() == before) is same


def test_new_file_changes_the_fingerprint(tmp_path: Path) -> None:
    tree(tmp_path)
    before = Fingerprint(tmp_path)()
    (tmp_path / "functions" / "c.py").write_text("")
    assert Fingerprint(tmp_path)() != before


@pytest.mark.parametrize(
    ("path", "function", "other", "jobs"),
    [
        ("functions/api/videos/get_video.py", True, False, False),
        ("functions/pipeline/transcode/encode_run.py", False, False, True),
        ("functions/api/__init__.py", True, True, True),
        ("functions/api/words.json", True, True, True),
        ("shared/base/ids.py", True, True, True),
    ],
)
def test_edit_of_a_handler_concerns_its_function_alone(path: str, *, function: bool, other: bool, jobs: bool) -> None:
    assert concerns(path, "functions.api.videos.get_video.handler") is function
    assert concerns(path, "functions.api.videos.get_videos.handler") is other
    assert concerns_jobs(path) is jobs


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("x = 1\n", ""),
        ("x = 1\n\ndef f(:\n", "invalid syntax, line 3"),
        ("return\n", "'return' outside function, line 1"),
    ],
)
def test_syntax_errors_are_found(tmp_path: Path, text: str, fault: str) -> None:
    source = tmp_path / "a.py"
    source.write_text(text)
    assert syntax_error(source) == fault
    source.write_bytes(b"x = 1\0")
    assert "null byte" in syntax_error(source)
    source.unlink()
    assert syntax_error(source) == ""


def test_archives_carry_the_code_of_now_and_bytecode(tmp_path: Path) -> None:
    source = tree(tmp_path / "root")
    staged = tmp_path / "asset"
    tree(staged)
    (staged / "functions" / "gone.py").write_text("")
    (staged / "data.txt").write_text("kept")
    source.write_text("NEW = 1\n")
    packer = Packer(print)
    packed = packer.pack_folder(staged, tmp_path / "root")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = set(archive.namelist())
        assert archive.read("functions/a.py") == b"NEW = 1\n"
    assert {"data.txt", "functions/a.py", "shared/b.py"} <= names
    assert "functions/gone.py" not in names
    assert sum(name.endswith(".pyc") for name in names) == 2
    (tmp_path / "asset.zip").write_bytes(packed)
    again = packer.pack_archive(tmp_path / "asset.zip", tmp_path / "root")
    assert (
        hashlib.sha256(again).digest()
        == hashlib.sha256(packer.pack_archive(tmp_path / "asset.zip", tmp_path / "root")).digest()
    )
    with zipfile.ZipFile(io.BytesIO(again)) as archive:
        assert archive.read("data.txt") == b"kept"


def test_archive_without_our_code_is_left_alone(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("README", "x")
    assert Packer(print).pack_archive(tmp_path / "other.zip", tmp_path) == (tmp_path / "other.zip").read_bytes()


def test_failing_synthesis_keeps_the_templates_and_says_why(tmp_path: Path) -> None:
    out = tmp_path / "cdk.out"
    out.mkdir()
    (out / "manifest.json").write_text(json.dumps({}))
    with pytest.raises(SynthError, match="the reason"):
        synthesise(tmp_path, out, {}, (("sh", "-c", "echo the reason; exit 1"),))
    with pytest.raises(SynthError, match="CDK_OUTDIR"):
        synthesise(tmp_path, out, {}, (("true",),))
    assert (out / "manifest.json").exists()
