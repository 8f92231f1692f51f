"""What a transcode says: of failures in words, of progress over two plans in numbers."""

import json
from typing import Any

import pytest

from shared.base.objects import Objects
from shared.contract.resources import MEDIA
from shared.domains.videos.service.processing import ProcessingService
from shared.domains.videos.service.transcoding import ENCODED, PLANNED, TranscodingService
from shared.media.plan import Plan, make_plan
from tests.aws import Stage, real_name
from tests.shared.domains.videos.conftest import ARN, SIZE, VERSION, MakeVideo, stored
from tests.shared.media.test_plan import facts


@pytest.fixture
def video_id(awaiting: MakeVideo, processing: ProcessingService) -> str:
    """A video that is being processed."""
    video = awaiting()
    assert processing.accept_upload(video.id, size=SIZE, upload_version=VERSION)
    assert processing.begin(video.id, VERSION, ARN)
    return video.id


@pytest.fixture
def service(video_id: str, processing: ProcessingService, stage: Stage) -> TranscodingService:
    told = {"video": {"video_id": video_id, "upload_version": VERSION, "size": SIZE}, "execution": ARN}
    return TranscodingService(told, Objects(real_name(MEDIA)), processing)


CANCELLED_BY_BATCH = "Canceled by JobStateTimeLimit action due to reason: CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        ({"JobId": "1", "Status": "FAILED", "StatusReason": CANCELLED_BY_BATCH}, "NO_MACHINE"),
        ({"JobId": "1", "Status": "FAILED", "StatusReason": "Essential container in task exited"}, "PROCESSING_FAILED"),
        ({"JobId": "1", "Status": "FAILED", "StatusReason": "Array Child Job failed"}, "PROCESSING_FAILED"),
        ({"errorMessage": json.dumps({"code": "CANCELLED", "message": "No."})}, "CANCELLED"),
        ({"StatusReason": None}, "PROCESSING_FAILED"),
        ([], "PROCESSING_FAILED"),
    ],
)
def test_a_lack_of_machines_is_told_as_such(
    service: TranscodingService, processing: ProcessingService, video_id: str, cause: Any, code: str
) -> None:
    service.fail({"Error": "States.TaskFailed", "Cause": json.dumps(cause)})
    failed = stored(processing, video_id)
    assert failed.error_code == code
    assert failed.error_message.endswith(".")


def planned(gpu: str) -> Plan:
    return make_plan(facts(seconds=3600), source_id="v", encoder_build="x", gpu=gpu)


def test_what_the_gpu_had_done_is_not_taken_for_the_cpu_s_work(
    service: TranscodingService, processing: ProcessingService, video_id: str
) -> None:
    on_gpu, on_cpu = planned("g4dn"), planned("")
    assert (on_gpu.lane, on_cpu.lane) == ("gpu", "batch")
    for worker in range(on_gpu.workers):
        service._report_part(on_gpu, worker, 0.5)
    half = stored(processing, video_id).progress
    assert half == pytest.approx((PLANNED + ENCODED) / 2, abs=2)
    reached = [half]
    for worker in range(on_cpu.workers):
        service._report_part(on_cpu, worker, 1.0)
        reached.append(stored(processing, video_id).progress)
    assert reached == sorted(reached), "progress never goes back"
    assert reached[1] == half, "and waits until the second plan is as far"
    assert reached[-2] < reached[-1] == ENCODED - 1
