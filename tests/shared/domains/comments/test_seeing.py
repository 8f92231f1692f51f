"""Who may see a video is said twice: in Python, and in the words of DynamoDB. Both mean the same."""

import itertools

import pytest

from shared.base import aws
from shared.base.ids import new_id
from shared.base.transactions import write_together
from shared.contract.resources import VIDEOS
from shared.domains.videos.model import Status, Visibility
from shared.domains.videos.rules.seeing import may_see
from shared.domains.videos.store.videos import VideoStore
from tests.aws import Stage, real_name
from tests.shared.domains.videos.conftest import OWNER, MakeVideo

STATES = list(itertools.product(Status, Visibility, (True, False)))


@pytest.mark.parametrize("viewer", [OWNER.id, new_id()], ids=["owner", "stranger"])
def test_condition_holds_for_whoever_may_see(ready: MakeVideo, stage: Stage, viewer: str) -> None:
    video, store = ready(), VideoStore.open()
    seen = 0
    for status, visibility, early in STATES:
        values = {":status": {"S": str(status)}, ":visibility": {"S": str(visibility)}, ":early": {"BOOL": early}}
        change = "SET #status = :status, visibility = :visibility, early = :early"
        if not early:
            change, values = change.removesuffix(", early = :early") + " REMOVE early", dict(list(values.items())[:2])
        with stage.unrecorded():
            aws.client("dynamodb").update_item(
                TableName=real_name(VIDEOS),
                Key={"video_id": {"S": video.id}},
                UpdateExpression=change,
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues=values,
            )
        now = store.get(video.id)
        assert now
        holds = write_together(store.sight(video.id, viewer)) is None
        assert holds == may_see(now, viewer), (status, visibility, early)
        seen += holds
    assert 0 < seen < len(STATES)
    assert write_together(store.sight(new_id(), viewer)), "nobody sees what is not there"
