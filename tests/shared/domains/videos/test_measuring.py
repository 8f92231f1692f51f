"""VMAF through the steps of a transcode: told in the manifest of who asks for it, and never a reason to fail."""

from collections.abc import Callable

import pytest

from shared.base.aws import client
from shared.base.objects import Objects
from shared.contract.resources import MEDIA
from shared.domains.videos.rules.keys import MANIFEST, media_prefix, upload_key
from shared.domains.videos.rules.work import WorkKeys
from shared.domains.videos.service.measuring import measure_run
from shared.domains.videos.service.processing import ProcessingService
from shared.domains.videos.service.transcoding import TranscodingService
from shared.media.package import Manifest
from shared.media.plan import Plan
from shared.media.scores import MODEL, Vmaf
from tests.aws import real_name
from tests.shared.domains.videos.conftest import ARN, MakeVideo
from tests.shared.media.making import FFMPEG, X264, ffmpeg

SECONDS, RATE = 24, 10


class Transcode:
    """A video that is being processed, step by step."""

    def __init__(self, film: bytes, awaiting: MakeVideo, processing: ProcessingService) -> None:
        self.objects = Objects(real_name(MEDIA))
        self.video_id = awaiting(file_size=len(film)).id
        where = {"Bucket": self.objects.bucket, "Key": upload_key(self.video_id)}
        version = client("s3").put_object(**where, Body=film)["VersionId"]
        assert processing.accept_upload(self.video_id, size=len(film), upload_version=version)
        told = {"video_id": self.video_id, "upload_version": version, "size": len(film)}
        self.steps = TranscodingService({"video": told, "execution": ARN}, self.objects, processing)
        self.source = self.objects.source(where["Key"], version, len(film))
        self.planned = self.steps.plan(self.steps.probe())
        self.work = WorkKeys(self.video_id, self.planned["hash"])
        self.plan = Plan.from_json(self.objects.get_json(self.work.plan))

    def encode(self) -> None:
        for worker in self.planned["workers"]:
            self.steps.encode(self.planned, worker)

    def vmaf(self) -> dict[str, Vmaf | None]:
        """Publish, and what the manifest says of each rung."""
        self.steps.package(self.planned)
        told = self.objects.get_json(media_prefix(self.video_id, 1) + MANIFEST)
        return {variant.name: variant.vmaf for variant in Manifest.from_json(told).variants}

    def measurements(self) -> dict[str, bytes]:
        """What workers wrote down of them."""
        keys = self.objects.keys(f"work/{self.video_id}/")
        return {key: self.objects.get(key) for key in keys if "/vmaf/" in key}


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Four segments, which two workers share."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    ffmpeg("-f", "lavfi", "-i", f"testsrc2=s=320x240:r={RATE}:d={SECONDS}", *X264, "-g", "1000", path)
    return path.read_bytes()


@pytest.fixture
def transcode(
    film: bytes, awaiting: MakeVideo, processing: ProcessingService, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Transcode]:
    """Begins a transcode in a stage that measures, or does not."""
    monkeypatch.setenv("FFMPEG_PATH", FFMPEG)
    for name, value in (("LAMBDA_CPU_SECONDS", "900"), ("JOB_CPU_SECONDS", "960"), ("ENCODER", "ours")):
        monkeypatch.setenv(name, value)

    def begin(vmaf: str) -> Transcode:
        monkeypatch.setenv("VMAF", vmaf)
        return Transcode(film, awaiting, processing)

    return begin


def test_the_manifest_tells_how_each_rung_looks(transcode: Callable[..., Transcode]) -> None:
    done = transcode("on")
    done.encode()
    before = done.measurements()
    assert len(before) == len(done.plan.runs) == 2
    done.encode()
    assert done.measurements() == before
    told = done.vmaf()
    assert done.vmaf() == told
    assert told.keys() == {rung.name for rung in done.plan.rungs}
    for vmaf in told.values():
        assert vmaf
        assert (vmaf.model, vmaf.seconds, vmaf.pictures) == (MODEL, 2 * len(done.plan.vmaf_groups), 24)
        assert 85 < vmaf.harmonic_mean <= vmaf.mean <= 100


def test_nothing_is_measured_unless_the_stage_asks(transcode: Callable[..., Transcode]) -> None:
    done = transcode("off")
    done.encode()
    assert done.measurements() == {}
    assert set(done.vmaf().values()) == {None}


def test_a_worker_that_was_killed_before_it_measured_does_so_in_its_next_try(
    transcode: Callable[..., Transcode],
) -> None:
    done = transcode("on")
    done.encode()
    before = done.measurements()
    lost = done.work.vmaf(0)
    done.objects.erase(lost)
    done.encode()
    assert lost in before
    assert done.measurements() == before


def test_a_measurement_that_fails_is_left_out(
    transcode: Callable[..., Transcode], capsys: pytest.CaptureFixture[str]
) -> None:
    """One run has no time left for it: the others count."""
    done = transcode("on")
    done.encode()
    run = done.plan.runs[0]
    done.objects.erase(done.work.vmaf(run.index))
    capsys.readouterr()
    measure_run(done.plan, run, done.objects, done.work, done.source, lambda: 0.05)
    assert "VMAF was not measured" in capsys.readouterr().out
    (vmaf,) = done.vmaf().values()
    assert vmaf
    assert 0 < vmaf.seconds < 2 * len(done.plan.vmaf_groups)


def test_a_video_is_published_without_any_measurement(
    transcode: Callable[..., Transcode], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done = transcode("on")
    done.encode()
    done.objects.erase(f"work/{done.video_id}/{done.planned['hash']}/vmaf/")
    with monkeypatch.context() as broken:
        broken.setenv("FFMPEG_PATH", "/bin/false")
        capsys.readouterr()
        done.encode()
    assert capsys.readouterr().out.count("VMAF was not measured") == len(done.plan.runs)
    assert set(done.measurements().values()) == {b"[]"}
    assert set(done.vmaf().values()) == {None}
