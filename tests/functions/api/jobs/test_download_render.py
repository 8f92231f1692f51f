"""GET /api/download/{job_id} and its thumbnail."""

import pytest

from functions.api.jobs.download_render import handler
from functions.api.jobs.download_thumbnail import handler as thumbnail
from shared.base import clock
from tests.api import Handler
from tests.functions.api.jobs.conftest import Make, Someone

BOTH = [(handler, "/api/download/{}", "720p.mp4"), (thumbnail, "/api/download/{}/thumbnail", "poster.jpg")]


@pytest.mark.parametrize(("asked", "path", "name"), BOTH)
def test_case_37_it_leads_to_the_file(completed: Make, ada: Someone, asked: Handler, path: str, name: str) -> None:
    job = completed("Holiday 1")
    answer = ada.call(asked, "GET", path.format(job.id))
    assert answer.status == 302
    assert f"/v/{job.video_id}/1/{name}?" in answer.headers["location"]
    assert "filename%3D%22Holiday%201." in answer.headers["location"]
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.body == ""


@pytest.mark.parametrize(("asked", "path", "name"), BOTH)
def test_case_37_who_follows_no_redirect_is_told_the_address(
    completed: Make, ada: Someone, asked: Handler, path: str, name: str
) -> None:
    job = completed()
    answer = ada.call(asked, "GET", path.format(job.id), query="redirect=false")
    assert answer.status == 200
    assert name in answer.json["url"]
    assert 0 < clock.seconds(answer.json["expires_at"]) - clock.now() <= 15 * 60


@pytest.mark.parametrize(("asked", "path", "name"), BOTH)
def test_case_31_others_and_too_early(
    completed: Make, running: Make, ada: Someone, bob: Someone, asked: Handler, path: str, name: str
) -> None:
    assert bob.call(asked, "GET", path.format(completed().id)).status == 404
    answer = ada.call(asked, "GET", path.format(running().id))
    assert (answer.status, answer.error["code"]) == (409, "CONFLICT")
