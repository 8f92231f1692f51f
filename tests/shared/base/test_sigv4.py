"""Signatures are what botocore makes of the same request."""

from datetime import UTC, datetime

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from shared.base import clock
from shared.base.posting import Frame
from shared.base.sigv4 import Credentials, Signer

HOST, MOMENT = "abc.execute-api.eu-central-1.amazonaws.com", 1_790_000_000.5


def signed(token: str, path: str, text: str) -> dict[str, str]:
    """The headers that we send."""
    signer = Signer(HOST, "eu-central-1", "execute-api", Credentials("AKIAEXAMPLE", "secret/Key+1", token))
    frame = Frame.of(text)
    first, *lines = (
        signer.head("POST", path, frame.body_hash, len(frame.body)).decode().removesuffix("\r\n\r\n").split("\r\n")
    )
    assert first == f"POST {path} HTTP/1.1"
    return dict(line.split(": ", 1) for line in lines)


def expected(token: str, path: str, text: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The header Authorization that botocore makes."""
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: datetime.fromtimestamp(MOMENT, UTC))
    request = AWSRequest("POST", f"https://{HOST}{path}", data=text.encode())
    credentials = BotocoreCredentials("AKIAEXAMPLE", "secret/Key+1", token or None)
    SigV4Auth(credentials, "execute-api", "eu-central-1").add_auth(request)
    return str(request.headers["Authorization"])


@given(
    token=st.sampled_from(["", "a/session+token=="]),
    name=st.sampled_from(["abc=", "L0SM9cOFvHcCIhw%3D", "a%2Fb", "x-_.~"]),
    text=st.text(max_size=40),
)
@bounded(max_examples=30)
def test_signature_is_botocores(token: str, name: str, text: str) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(clock, "now", lambda: MOMENT)
        path = f"/ws/@connections/{name}"
        text = text.encode(errors="replace").decode()
        headers = signed(token, path, text)
        assert headers["Authorization"] == expected(token, path, text, monkeypatch)
        assert headers["Content-Length"] == str(len(text.encode()))
        assert headers.get("X-Amz-Security-Token", "") == token
