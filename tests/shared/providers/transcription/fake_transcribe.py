"""Amazon Transcribe on the loopback: its protocol (JSON 1.1), its states, its result file, and its misbehaviour.

Source: API reference of Amazon Transcribe, StartTranscriptionJob and GetTranscriptionJob; "Data input and output".
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

TARGET = "Transcribe."
CONTENT_TYPE = "application/x-amz-json-1.1"
PutObject = Callable[[str, str, bytes], None]
"""Writes an object: bucket, key, body."""


def result(name: str, words: list[tuple[str, float, float]]) -> dict[str, Any]:
    """A result file: words with times, punctuation without."""
    items: list[dict[str, Any]] = []
    for word, start, end in words:
        spoken = word.rstrip(".,?!")
        said = {"start_time": f"{start:.3f}", "end_time": f"{end:.3f}"}
        items.append({"type": "pronunciation", "alternatives": [{"confidence": "0.99", "content": spoken}], **said})
        if mark := word[len(spoken) :]:
            items.append({"type": "punctuation", "alternatives": [{"confidence": "0.0", "content": mark}]})
    for number, item in enumerate(items):
        item["id"] = number
    text = " ".join(word for word, _, _ in words)
    return {
        "jobName": name,
        "accountId": "123456789012",
        "status": "COMPLETED",
        "results": {"transcripts": [{"transcript": text}], "items": items, "audio_segments": []},
    }


@dataclass
class FakeTranscribe:
    """The service. What it says next is set by the test: `looks` before it ends, how it ends, what it refuses."""

    put: PutObject
    words: list[tuple[str, float, float]] = field(default_factory=list)
    looks: int = 1
    fault: str = ""
    """Why jobs fail."""
    malformed: bytes = b""
    """Instead of the result."""
    refusals: dict[str, list[str]] = field(default_factory=dict)
    """Operation -> codes of the next answers."""
    fired: list[str] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)

    def __enter__(self) -> Self:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                assert self.headers["Content-Type"] == CONTENT_TYPE
                assert "/transcribe/aws4_request" in self.headers["Authorization"], "it is signed"
                operation = self.headers["X-Amz-Target"].removeprefix(TARGET)
                status, answer = service.answer(operation, body)
                sent = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", CONTENT_TYPE)
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, operation: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status and body."""
        self.calls.append((operation, body))
        if self.refusals.get(operation):
            code = self.refusals[operation].pop(0)
            self.fired.append(code)
            return (500 if code == "InternalFailureException" else 400), {"__type": code, "Message": "Not now."}
        name = body["TranscriptionJobName"]
        if operation == "StartTranscriptionJob":
            if name in self.jobs:
                self.fired.append("ConflictException")
                return 400, {"__type": "ConflictException", "Message": "The requested job name already exists."}
            self.jobs[name] = {**body, "TranscriptionJobStatus": "IN_PROGRESS"}
            return 200, {"TranscriptionJob": {"TranscriptionJobName": name, "TranscriptionJobStatus": "IN_PROGRESS"}}
        if name not in self.jobs:
            return 400, {"__type": "BadRequestException", "Message": "The requested job couldn't be found."}
        return 200, {"TranscriptionJob": self._look(name)}

    def work(self) -> None:
        """Write the results of the jobs that were looked at often enough; they are completed then."""
        for name, job in self.jobs.items():
            if self.seen.get(name, 0) >= self.looks and not self.fault and job["TranscriptionJobStatus"] != "COMPLETED":
                written = self.malformed or json.dumps(result(name, self.words)).encode()
                self.put(job["OutputBucketName"], job["OutputKey"], written)
                job["TranscriptionJobStatus"] = "COMPLETED"

    def _look(self, name: str) -> dict[str, Any]:
        job = self.jobs[name]
        self.seen[name] = self.seen.get(name, 0) + 1
        if self.seen[name] > self.looks and self.fault:
            self.fired.append(self.fault)
            job |= {"TranscriptionJobStatus": "FAILED", "FailureReason": self.fault}
        shown = ("TranscriptionJobName", "TranscriptionJobStatus", "FailureReason", "LanguageCode")
        return {key: job[key] for key in shown if key in job}
