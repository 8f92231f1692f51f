"""Work on objects that a request only asks for."""

import pytest
from botocore.exceptions import ClientError

from shared.contract.resources import VIDEOS
from shared.domains.videos.service import tidying
from shared.domains.videos.service.catalogue import CatalogueService
from shared.domains.videos.service.tidying import TidyingService
from tests.aws import Stage
from tests.shared.domains.videos.conftest import OWNER, MakeVideo


def test_one_that_fails_keeps_no_other_waiting(
    ready: MakeVideo, catalogue: CatalogueService, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    videos = [ready(), ready(), ready()]
    for video in videos:
        catalogue.delete(video.id, OWNER.id)
    refused: list[str] = []

    def invalidate(variable: str, path: str, reference: str) -> None:
        if videos[0].id in path:
            refused.append(path)
            raise ClientError({"Error": {"Code": "TooManyInvalidationsInProgress"}}, "CreateInvalidation")

    monkeypatch.setattr(tidying, "invalidate", invalidate)
    with pytest.raises(ExceptionGroup) as caught:
        TidyingService.open().run()
    assert [type(error) for error in caught.value.exceptions] == [ClientError]
    assert len(refused) == 1
    assert [row["video_id"]["S"] for row in stage.rows(VIDEOS)] == [videos[0].id]

    monkeypatch.setattr(tidying, "invalidate", lambda *_: None)
    TidyingService.open().run()
    assert stage.rows(VIDEOS) == []
