"""GET /api/v1/users/me."""

from functions.api.accounts.get_own_account import handler
from shared.base.aws import client
from shared.base.settings import setting
from shared.domains.jobs.rules.keys import account_key
from tests.api import call
from tests.aws import Stage
from tests.functions.api.accounts.conftest import Register


def test_the_example_of_the_source(register: Register) -> None:
    made = register().json
    answer = call(handler, "GET", "/api/v1/users/me", token=made["tokens"]["access_token"])
    assert answer.status == 200
    user = made["user"]
    assert answer.json == {
        **{name: user[name] for name in ("id", "email", "username", "created_at")},
        "full_name": user["display_name"],
        "subscription_tier": "free",
        "channels_limit": 10,
        "daily_video_limit": 100,
        "total_spent": 0.0,
        "monthly_budget": None,
        "is_beta_user": False,
        "updated_at": user["created_at"],
    }


def test_what_jobs_cost_is_spent(register: Register, stage: Stage) -> None:
    made = register().json
    with stage.unrecorded():
        key = {name: {"S": value} for name, value in account_key(made["user"]["id"]).items()}
        client("dynamodb").put_item(TableName=setting("JOBS_TABLE"), Item={**key, "spent": {"N": "1250000000"}})
    found = call(handler, "GET", "/api/v1/users/me", token=made["tokens"]["access_token"]).json
    assert found["total_spent"] == 1.25
