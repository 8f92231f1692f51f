"""Service tokens for the deployer."""

from typing import Any

import pytest

from functions.tasks.issue_service_token import handler
from shared.base import tokens
from tests.aws import Stage


def test_a_token_names_its_service_and_permissions(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    answer = handler({"name": "metrics", "permissions": ["internal:metrics", "internal:health"]}, None)
    claims = tokens.verify(answer["token"], "service")
    assert claims.subject == "service:metrics"
    assert claims.permissions == {"internal:metrics", "internal:health"}
    assert answer["expires_in"] == claims.expires_at - claims.issued_at == 3600
    assert answer["token"] not in capsys.readouterr().out


BAD: list[dict[str, Any]] = [
    {},
    {"name": "metrics"},
    {"name": "", "permissions": ["internal:all"]},
    {"name": "Metrics", "permissions": ["internal:all"]},
    {"name": "me trics", "permissions": ["internal:all"]},
    {"name": "metrics\n", "permissions": ["internal:all"]},
    {"name": 7, "permissions": ["internal:all"]},
    {"name": "m" * 33, "permissions": ["internal:all"]},
    {"name": "metrics", "permissions": []},
    {"name": "metrics", "permissions": "internal:all"},
    {"name": "metrics", "permissions": ["all"]},
    {"name": "metrics", "permissions": ["videos:write"]},
    {"name": "metrics", "permissions": ["internal:all", "videos:all"]},
    {"name": "metrics", "permissions": [7]},
    {"name": "metrics", "permissions": ["internal:"]},
]


@pytest.mark.parametrize("event", BAD, ids=str)
def test_what_a_service_cannot_have_is_refused(stage: Stage, event: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^(name|permissions): "):
        handler(event, None)
    assert stage.calls == []
