"""Models learn their table late and share one client."""

from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError
from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, GetError
from pynamodb.models import Model

from shared.base import aws
from shared.base.errors import UnavailableError
from shared.base.settings import SettingMissingError
from shared.base.tables import READ_SECONDS, WRITTEN_TOGETHER, bind, is_outage, queried, write_each
from shared.contract.resources import FEEDS
from tests.aws import Stage


class First(Model):
    class Meta:  # pyrefly: ignore[bad-override] - PynamoDB declares it as an instance attribute
        table_name = ""

    pk = UnicodeAttribute(hash_key=True)


class Second(Model):
    class Meta:  # pyrefly: ignore[bad-override] - PynamoDB declares it as an instance attribute
        table_name = ""

    session_id = UnicodeAttribute(hash_key=True)


def test_a_model_reads_the_table_of_its_variable(stage: Stage) -> None:
    bind(First, "USERS_TABLE")
    First("a").save()
    assert First.get("a").pk == "a"
    assert [call.parameters["TableName"] for call in stage.calls] == ["showreel-test-users"] * 2


def test_models_share_one_client_with_our_deadlines(stage: Stage) -> None:
    bind(First, "USERS_TABLE")
    bind(Second, "SESSIONS_TABLE")
    one, other = (model._get_connection().connection.client for model in (First, Second))
    assert one is other
    config: Any = one.meta.config
    assert (config.connect_timeout, config.read_timeout) == (2, 5)
    assert config.retries == {"total_max_attempts": 3, "mode": "standard"}


def test_a_model_follows_the_process_to_a_new_client(stage: Stage) -> None:
    bind(First, "USERS_TABLE")
    before = First._get_connection().connection.client
    aws.forget()
    bind(First, "USERS_TABLE")
    assert First._get_connection().connection.client is not before


def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("USERS_TABLE", raising=False)
    with pytest.raises(SettingMissingError, match="USERS_TABLE"):
        bind(First, "USERS_TABLE")


@pytest.mark.parametrize(
    ("code", "outage"),
    [("ThrottlingException", True), ("InternalServerError", True), ("AccessDeniedException", False)],
)
def test_an_outage_is_told_from_a_fault_of_ours(stage: Stage, code: str, outage: bool) -> None:
    bind(First, "USERS_TABLE")
    with stage.refusing("dynamodb", "GetItem", code) as fired, pytest.raises(GetError) as caught:
        First.get("a")
    assert fired == [code]
    assert is_outage(caught.value) is outage


def test_silence_is_an_outage(stage: Stage) -> None:
    bind(First, "USERS_TABLE")

    with (
        stage.cut_off("dynamodb", "GetItem", ConnectTimeoutError, after=False) as fired,
        pytest.raises(GetError) as caught,
    ):
        First.get("a")
    assert fired == ["ConnectTimeoutError"] * 3
    assert is_outage(caught.value)


def test_a_missing_row_is_no_outage(stage: Stage) -> None:
    bind(First, "USERS_TABLE")
    with pytest.raises(DoesNotExist) as caught:
        First.get("nobody")
    assert not is_outage(caught.value)


def _requests(count: int) -> list[dict[str, Any]]:
    return [
        {"PutRequest": {"Item": {"user_id": {"S": "ada"}, "place": {"S": f"{number:02}"}}}} for number in range(count)
    ]


def test_many_are_written_in_calls_of_so_many(stage: Stage) -> None:
    made = stage.calls_of(lambda: write_each("showreel-test-feeds", _requests(WRITTEN_TOGETHER + 1)))
    assert made == ["dynamodb:BatchWriteItem"] * 2
    assert len(stage.rows(FEEDS)) == WRITTEN_TOGETHER + 1
    assert stage.calls_of(lambda: write_each("showreel-test-feeds", [])) == []


def test_what_was_not_written_is_asked_for_again_some_times(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    left, table = _requests(3), "showreel-test-feeds"
    asked = list[int]()

    def write(RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - boto's own name
        some = RequestItems[table]
        asked.append(len(some))
        return {"UnprocessedItems": {table: some[1:]} if some[1:] else {}}

    monkeypatch.setattr(aws.client("dynamodb", READ_SECONDS), "batch_write_item", write)
    write_each(table, left)
    assert asked == [3, 2, 1]
    with pytest.raises(UnavailableError):
        write_each(table, _requests(9))
    assert asked[3:] == [9, 8, 7, 6]


ROWS, LARGE = 9, 300_000


@pytest.mark.parametrize(("count", "calls"), [(None, 3), (ROWS, 3), (4, 2), (3, 1), (0, 0)], ids=str)
def test_query_goes_on_for_as_long_as_something_is_missing(stage: Stage, count: int | None, calls: int) -> None:
    for number in range(ROWS):
        item = {"user_id": {"S": "ada"}, "place": {"S": str(number)}, "text": {"S": "a" * LARGE}}
        aws.client("dynamodb").put_item(TableName="showreel-test-feeds", Item=item)
    found: list[Any] = []

    def run() -> None:
        asked = {"KeyConditionExpression": "user_id = :ada", "ExpressionAttributeValues": {":ada": {"S": "ada"}}}
        found.extend(queried(count, TableName="showreel-test-feeds", **asked))

    assert stage.calls_of(run) == ["dynamodb:Query"] * calls
    assert [item["place"]["S"] for item in found] == [str(number) for number in range(ROWS)][:count]
