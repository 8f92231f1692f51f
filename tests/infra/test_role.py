"""`make role`."""

from typing import Any

import pytest

from infra import role
from infra.role import main
from tests.infra.stubbed import invoked

EVENT = {"login": "ada", "role": "admin"}


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ("user", "ada has the role admin, before it was user; sessions ended: 2\n"),
        ("admin", "ada had the role admin already\n"),
    ],
)
def test_what_became_of_it_is_told(
    before: str, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    client = invoked("set_role", EVENT, {"user_id": "one", "before": before, "sessions_ended": 2})
    monkeypatch.setattr(role, "client_for", lambda stage: (client, stage))
    assert main(["ada", "admin", "dev"]) == 0
    assert capsys.readouterr().out == told


def test_a_refusal_is_told_and_the_command_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    client: Any = invoked("set_role", EVENT, {"errorMessage": "Nobody has this username"}, "Unhandled")
    monkeypatch.setattr(role, "client_for", lambda stage: (client, stage))
    assert main(["ada", "admin", "dev"]) == 1
    assert capsys.readouterr().err == "Nobody has this username\n"


@pytest.mark.parametrize("arguments", [["", "admin", "dev"], ["ada", "", "dev"], []])
def test_without_a_login_or_a_role_it_says_how(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 1
    told = capsys.readouterr()
    assert (told.out, "LOGIN=ada ROLE=admin" in told.err) == ("", True)
