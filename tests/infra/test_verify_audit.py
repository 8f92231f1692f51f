"""`make verify-audit`."""

from typing import Any

import pytest

from infra import verify_audit
from infra.verify_audit import main
from tests.infra.stubbed import invoked

FIRST = {"days": 2, "last": "2026-03-02", "more": False, "problems": [], "late": []}


def answering(monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any], error: str = "") -> None:
    client = invoked("verify_audit", {"after": ""}, answer, error)
    monkeypatch.setattr(verify_audit, "client_for", lambda stage: (client, stage))


def test_a_trail_that_is_as_it_was_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    answering(monkeypatch, FIRST)
    assert main(["dev"]) == 0
    assert capsys.readouterr().out == "2 sealed days, the last is 2026-03-02; problems: 0\n"


def test_problems_are_told_and_the_command_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(monkeypatch, FIRST | {"problems": ["2026-03-02: its seal was removed"]})
    assert main(["dev"]) == 1
    assert capsys.readouterr().out.splitlines()[0] == "2026-03-02: its seal was removed"


def test_days_that_were_sealed_late_are_told_and_are_no_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(monkeypatch, FIRST | {"late": ["2026-03-01", "2026-03-02"]})
    assert main(["dev"]) == 0
    assert "2 days, 2026-03-01 to 2026-03-02" in capsys.readouterr().out


def test_without_a_sealed_day_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    answering(monkeypatch, {"days": 0, "last": "", "more": False, "problems": [], "late": []})
    assert main([]) == 0
    assert capsys.readouterr().out == "No day is sealed yet; problems: 0\n"


def test_a_function_that_fails_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    answering(monkeypatch, {"errorMessage": "The audit trail cannot be reached"}, "Unhandled")
    assert main(["dev"]) == 1
    assert capsys.readouterr().err == "The audit trail cannot be reached\n"
