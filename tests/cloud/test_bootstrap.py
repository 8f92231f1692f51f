"""What a Batch job runs first: it signs as botocore does, finds its credentials, and refuses another bundle."""

import datetime
import hashlib
import io
import json
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import botocore.auth
import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from infra.parts.discovery import ROOT

TEXT = (ROOT / "layers" / "worker" / "bootstrap.py").read_text()
KEY, SECRET, TOKEN = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "a/session+token=="
BUCKET, OBJECT, REGION = "cdk-hnb659fds-assets-123456789012-eu-central-1", f"{'0a' * 32}.zip", "eu-central-1"
NOW = datetime.datetime(2030, 3, 17, 17, 46, 40, tzinfo=datetime.UTC)
HERE = "/v2/credentials/7f9d"


class Frozen(datetime.datetime):
    """A clock that stands."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> "Frozen":
        """Always the same moment."""
        return cls(2030, 3, 17, 17, 46, 40, tzinfo=tz)


@pytest.fixture
def bootstrap(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The functions of the file, whose last line starts the job."""
    functions, _, last = TEXT.rstrip().rpartition("\n")
    assert last == "main()"
    names: dict[str, Any] = {}
    exec(compile(functions, "bootstrap.py", "exec"), names)
    monkeypatch.setattr(datetime, "datetime", Frozen)
    return names


def signed_by_botocore(url: str, token: str, moment: str) -> str:
    request = AWSRequest("GET", url)
    request.headers["X-Amz-Content-SHA256"] = hashlib.sha256(b"").hexdigest()
    signer = S3SigV4Auth(Credentials(KEY, SECRET, token or None), "s3", REGION)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            botocore.auth,
            "get_current_datetime",
            lambda: datetime.datetime.strptime(moment, "%Y%m%dT%H%M%SZ"),  # noqa: DTZ007 - botocore's are naive too
        )
        signer.add_auth(request)
    return str(request.headers["Authorization"])


@pytest.mark.parametrize("token", ["", TOKEN], ids=["long-lived", "with-token"])
@pytest.mark.parametrize("base", ["https://s3.eu-central-1.amazonaws.com", "http://127.0.0.1:4566"])
def test_signature_is_botocores(
    bootstrap: dict[str, Any], monkeypatch: pytest.MonkeyPatch, base: str, token: str
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", token)
    path = f"/{BUCKET}/{OBJECT}"
    headers = bootstrap["signed"]("GET", urlsplit(base).netloc, path, REGION)
    assert headers["x-amz-date"] == NOW.strftime("%Y%m%dT%H%M%SZ")
    assert headers.get("x-amz-security-token", "") == token
    assert headers["authorization"] == signed_by_botocore(base + path, token, headers["x-amz-date"])


class Answers(BaseHTTPRequestHandler):
    """S3 and, as an HTTP proxy, the address at which ECS tells a container its credentials."""

    bundle = b""
    asked: list[tuple[str, dict[str, str]]]

    def do_GET(self) -> None:
        self.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        told = {"AccessKeyId": KEY, "SecretAccessKey": SECRET, "Token": TOKEN, "Expiration": "2030-03-17T23:46:40Z"}
        body = json.dumps(told).encode() if self.path == f"http://169.254.170.2{HERE}" else self.bundle
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@contextmanager
def answering(bundle: bytes) -> Iterator[tuple[str, list[tuple[str, dict[str, str]]]]]:
    handler = type("Handler", (Answers,), {"bundle": bundle, "asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", handler.asked  # type: ignore[attr-defined]
        finally:
            server.shutdown()
            thread.join()


def bundle_of(step: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("functions/step.py", step)
        archive.writestr("python/dependency.py", "ANSWER = 42\n")
        archive.writestr("bin/ffmpeg", "#!/bin/sh\n")
    return packed.getvalue()


STEP = """
import json, os, sys
import dependency
seen = {"input": json.loads(sys.argv[-1]), "answer": dependency.ANSWER, "ffmpeg": os.environ["FFMPEG_PATH"],
        "runs": os.access(os.environ["FFMPEG_PATH"], os.X_OK), "here": os.listdir(".")}
print(json.dumps(seen))
"""


def run(address: str, digest: str, folder: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    """The job as Batch starts it: the text as an argument of a Python, the step and its input behind it."""
    environment = {
        "PATH": str(Path(sys.executable).parent),
        "TMPDIR": str(folder),
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": address,
        "BUNDLE_BUCKET": BUCKET,
        "BUNDLE_KEY": OBJECT,
        "BUNDLE_SHA256": digest,
        **more,
    }
    command = [sys.executable, "-c", TEXT, "functions.step", '{"video": "ours"}']
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_job_becomes_its_step(tmp_path: Path) -> None:
    """With credentials from the container's address, to which the proxy leads; S3 is asked directly."""
    bundle = bundle_of(STEP)
    with answering(bundle) as (address, asked):
        proxied = {"http_proxy": address, "no_proxy": "127.0.0.1", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": HERE}
        done = run(address, hashlib.sha256(bundle).hexdigest(), tmp_path, **proxied)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert (seen["input"], seen["answer"], seen["runs"]) == ({"video": "ours"}, 42, True)
    assert sorted(seen["here"]) == ["bin", "functions", "python"], "the archive takes no room any more"
    assert seen["ffmpeg"].startswith(str(tmp_path))
    [(first, _), (second, headers)] = asked
    assert (first, second) == (f"http://169.254.170.2{HERE}", f"/{BUCKET}/{OBJECT}")
    assert headers["x-amz-security-token"] == TOKEN
    assert headers["authorization"] == signed_by_botocore(address + second, TOKEN, headers["x-amz-date"])


def test_bundle_with_another_digest_is_refused(tmp_path: Path) -> None:
    bundle = bundle_of("raise SystemExit('the step ran')")
    keys = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
    with answering(bundle) as (address, asked):
        done = run(address, hashlib.sha256(b"another").hexdigest(), tmp_path, **keys)
    assert done.returncode == 1
    assert (
        f"the bundle is not the one that was deployed: its SHA-256 is {hashlib.sha256(bundle).hexdigest()}"
        in done.stderr
    )
    assert "the step ran" not in done.stderr
    assert len(asked) == 1


def test_needs_nothing_but_the_standard_library() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", TEXT.replace("\nmain()\n", "\n")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": os.defpath},
    )
    assert (done.returncode, done.stderr) == (0, "")
