"""Where custom resources answer to, as CloudFormation."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest


@dataclass
class CloudFormation:
    """Where answers are PUT: they are kept, with the content type that came along."""

    url: str
    answers: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def request(self, kind: str = "Create", **more: Any) -> dict[str, Any]:
        """A request as CloudFormation sends it."""
        return {
            "RequestType": kind,
            "ResponseURL": self.url,
            "StackId": "arn:aws:cloudformation:eu-central-1:123456789012:stack/tasks/1",
            "RequestId": f"request-{kind}",
            "LogicalResourceId": "preparestage",
            "ResourceType": "Custom::Task",
            "ResourceProperties": {"ServiceToken": "arn:aws:lambda:::function:f"},
            **more,
        }


@pytest.fixture
def cloudformation() -> Iterator[CloudFormation]:
    """A place to answer to, on loopback."""

    class Receiver(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            kept.answers.append((self.headers["content-type"], body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        kept = CloudFormation(f"http://127.0.0.1:{server.server_port}/answer")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield kept
        server.shutdown()
        thread.join()
