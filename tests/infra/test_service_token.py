"""`make service-token`."""

import pytest

from infra import service_token
from infra.service_token import main
from tests.infra.stubbed import invoked


def test_the_token_alone_goes_to_standard_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    event = {"name": "metrics", "permissions": ["internal:metrics"]}
    client = invoked("issue_service_token", event, {"token": "a.b.c", "expires_in": 3600})
    monkeypatch.setenv("PERMISSIONS", "internal:metrics")
    monkeypatch.setattr(service_token, "client_for", lambda stage: (client, stage))
    assert main(["metrics", "dev"]) == 0
    assert capsys.readouterr().out == "a.b.c\n"


def test_without_a_name_it_says_how(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["", "dev"]) == 1
    told = capsys.readouterr()
    assert (told.out, "NAME=metrics" in told.err) == ("", True)
