"""Amazon SES on the loopback: SendEmail of its second API, and its misbehaviour.

Source: API reference of Amazon SES, version 2: SendEmail (POST /v2/email/outbound-emails).
"""

import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass
class FakeSes:
    """The service. `refusals` are (status, code) of the next answers, `silence` seconds before each."""

    refusals: list[tuple[int, str]] = field(default_factory=list)
    silence: float = 0
    sent: list[dict[str, Any]] = field(default_factory=list)
    asked: int = 0

    def __enter__(self) -> Self:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.path == "/v2/email/outbound-emails"
                assert "/ses/aws4_request" in self.headers["Authorization"], "it is signed"
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, code, answer = service.answer(body)
                sent = json.dumps(answer).encode()
                self.send_response(status)
                if code:
                    self.send_header("x-amzn-ErrorType", code)
                self.send_header("Content-Type", "application/json")
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

    def answer(self, body: dict[str, Any]) -> tuple[int, str, dict[str, Any]]:
        """Status, code of the error, body."""
        self.asked += 1
        time.sleep(self.silence)
        if self.refusals:
            status, code = self.refusals.pop(0)
            return status, code, {"message": "Not now."}
        self.sent.append(body)
        return 200, "", {"MessageId": f"mail-{len(self.sent)}"}
