"""The output of a Batch job, in CloudWatch Logs while it runs."""

from __future__ import annotations

import contextvars
import os
import select
import threading
import time
from collections.abc import Mapping

from infra.local.metrics import call_service, publish_log

GROUP = "/aws/batch/job"
_EVERY_SECONDS = 1.0
_LINE_LIMIT = 250_000
_EVENTS_LIMIT = 5_000


class LogStream:
    """Give `sink` to a process, `start`; `close` when it has ended."""

    def __init__(self, group: str, name: str) -> None:
        self._place = {"logGroupName": group, "logStreamName": name}
        self._source, self.sink = os.pipe()
        run = contextvars.copy_context().run
        self._thread = threading.Thread(target=run, args=(self._ship,), daemon=True, name="batch-log")

    def start(self) -> None:
        os.close(self.sink)
        self._thread.start()

    def close(self) -> None:
        """Wait until what was written has arrived."""
        self._thread.join(10)

    def _ship(self) -> None:
        self._call("CreateLogGroup", {"logGroupName": self._place["logGroupName"]})
        self._call("CreateLogStream", self._place)
        rest, lines, sent, more = b"", list[str](), time.monotonic(), True
        while more:
            if select.select([self._source], [], [], _EVERY_SECONDS)[0]:
                block = os.read(self._source, 1 << 16)
                more = bool(block)
                *whole, rest = (rest + block).split(b"\n")
                whole += [rest] if (not more and rest) or len(rest) > _LINE_LIMIT else []
                rest = b"" if len(rest) > _LINE_LIMIT else rest
                lines += [line.decode(errors="replace") for line in whole]
            if lines and (not more or time.monotonic() - sent > _EVERY_SECONDS or len(lines) > _EVENTS_LIMIT):
                self._put(lines)
                lines, sent = list[str](), time.monotonic()
        os.close(self._source)

    def _put(self, lines: list[str]) -> None:
        publish_log("\n".join(lines))
        now = int(time.time() * 1000)
        for start in range(0, len(lines), _EVENTS_LIMIT):
            events = [{"timestamp": now, "message": line or " "} for line in lines[start : start + _EVENTS_LIMIT]]
            self._call("PutLogEvents", {**self._place, "logEvents": events})

    @staticmethod
    def _call(action: str, body: Mapping[str, object]) -> None:
        call_service("logs", f"Logs_20140328.{action}", dict(body))
