"""What one local stack is told: its ports, its folders, its limits."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
#: `make transcriber` puts it there
TRANSCRIBER_PYTHON = str(ROOT / ".transcriber" / "bin" / "python")
#: what `make mail` shows comes from it
MAIL_FROM = "no-reply@showreel.example"
REGION = "us-east-1"
ACCOUNT = "000000000000"
#: the emulator takes this key for the account's root user; it never leaves this machine
ROOT_CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
_KEPT = ("PATH", "HOME", "LANG", "TZ")


@dataclass(frozen=True, slots=True)
class Settings:
    """Times are seconds. `folder` holds all that a run leaves; its `state` is wiped at every start."""

    port: int = 4566
    media_port: int = 4567
    folder: str = str(ROOT / ".local")
    root: str = str(ROOT)
    worker_ttl: float = 120
    job_grace: float = 30
    job_slots: int = os.cpu_count() or 2
    cors_origins: tuple[str, ...] = ("http://localhost:*", "http://127.0.0.1:*")

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def media_url(self) -> str:
        return f"http://127.0.0.1:{self.media_port}"

    @property
    def state(self) -> Path:
        return Path(self.folder) / "state"

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        values: dict[str, Any] = json.loads(text)
        values["cors_origins"] = tuple(values["cors_origins"])
        return cls(**values)

    def own_variables(self) -> dict[str, str]:
        """What the emulator is told, and no worker or job."""
        return {
            "PYTHONDONTWRITEBYTECODE": "1",
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "localhost",
            "AUTH": "true",
            "PERSIST_STATE": "0",
            "S3_PERSIST": "0",
            "STATE_DIR": str(self.state / "emulator"),
            "S3_DATA_DIR": str(self.state / "s3"),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "LOG_LEVEL": "WARNING",
        }

    def environment(self) -> dict[str, str]:
        """The environment of the emulator's process, made from nothing."""
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        return kept | self.own_variables() | {"TMPDIR": str(self.state / "tmp"), "PYTHONPATH": str(ROOT)}


def python_folder() -> str:
    """The folder of this interpreter's programs; not resolved, since a resolved link would lose the venv."""
    return str(Path(sys.executable).parent)
