"""DELETE /api/videos/{video_id}."""

from functions.api.videos.delete_video import handler
from functions.api.videos.get_video import handler as get
from shared.base.ids import new_id
from tests.aws import Stage
from tests.functions.api.videos.conftest import Make, Someone


def test_a_deleted_video_is_gone(ready: Make, ada: Someone) -> None:
    path = f"/api/videos/{ready()}"
    for _ in range(2):
        answer = ada.call(handler, "DELETE", path)
        assert answer.status == 200
        assert answer.json["success"] is True
        assert answer.json["message"]
    assert ada.call(get, "GET", path).status == 404


def test_nobody_else_deletes(ready: Make, ada: Someone, bob: Someone) -> None:
    path = f"/api/videos/{ready()}"
    assert Someone().call(handler, "DELETE", path).status == 401
    assert bob.call(handler, "DELETE", path).status == 404
    assert ada.call(handler, "DELETE", f"/api/videos/{new_id()}").status == 404
    assert ada.call(get, "GET", path).status == 200


def test_it_reads_once_and_writes_once_with_the_session(ready: Make, ada: Someone, stage: Stage) -> None:
    path = f"/api/videos/{ready()}"
    assert ada.call(get, "GET", path).status == 200, "and the stage is not maintained, which is known for a while"
    calls = stage.calls_of(lambda: ada.call(handler, "DELETE", path))
    reads = [call for call in stage.calls[-len(calls) :] if call.operation == "GetItem"]
    assert [read.parameters["TableName"].rpartition("-")[2] for read in reads] == ["videos"]
    assert calls.count("dynamodb:TransactWriteItems") == 1
    written = stage.calls[-1]
    made = [str(name) for write in written.parameters["TransactItems"] for name in write]
    assert made == [*["Update"] * 4, "ConditionCheck"]
