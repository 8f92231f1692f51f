"""Words appear when they are said, on the local stack: their text aligned, or what is said transcribed."""

import json
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.bootstrap import set_up_transcriber
from tests.journeys.test_faults import setting
from tests.journeys.test_renders import Order
from tests.journeys.traveller import Traveller
from tests.shared.media.making import FFMPEG
from tests.shared.media.words.spoken import PHRASES, SECONDS, TEXT, edges, film

FPS = 25
BEGINNING = ["prepare_sources", "Words", "time_words", "Words"]


@pytest.fixture(scope="module")
def spoken(traveller: Traveller, sources: Path) -> str:
    """A film of speech, as a source."""
    return f"upload://{traveller.ready(film(sources))['id']}"


def configuration(sound: dict[str, Any]) -> list[dict[str, Any]]:
    """Nothing but the words on black."""
    scene = {"id": "only", "background-color": "#000000", "elements": [{"type": "audio", **sound}]}
    subtitles = {"type": "subtitles", "settings": {"style": "progressive", "font-size": 60}}
    return [{"width": 320, "height": 180, "fps": FPS, "scenes": [scene], "elements": [subtitles]}]


def planned(traveller: Traveller, job: Order) -> list[tuple[str, float, float]]:
    """The words that the plan has."""
    [key] = [key for key in traveller.keys(f"work/{job.video_id}/") if key.endswith("/words.json")]
    [words] = json.loads(traveller.aws("s3").get_object(Bucket=traveller.bucket, Key=key)["Body"].read()).values()
    return [(word["word"], word["start"], word["end"]) for word in words]


def changes(traveller: Traveller, job: Order) -> list[float]:
    """When the picture changes, in seconds."""
    sent = httpx.get(traveller.request("GET", f"/api/download/{job.id}").headers["location"])
    line = [FFMPEG, "-v", "error", "-i", "pipe:0", "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1"]
    raw = subprocess.run(line, input=sent.content, capture_output=True, check=True, timeout=60).stdout
    frames = [raw[at : at + 320 * 180] for at in range(0, len(raw), 320 * 180)]
    assert len(frames) == pytest.approx(SECONDS * FPS, abs=2)
    white = [[pixel > 128 for pixel in frame[::7]] for frame in frames]
    return [
        number / FPS
        for number in range(1, len(white))
        if sum(a != b for a, b in zip(white[number - 1], white[number], strict=True)) > 20
    ]


def test_words_of_a_given_text_appear_when_they_are_said(traveller: Traveller, spoken: str) -> None:
    job = Order(traveller, configuration({"src": spoken, "transcript": TEXT}))
    done = job.ended()
    assert (done["status"], done["warnings"]) == ("completed", []), done
    assert traveller.entered(job.arn)[:4] == BEGINNING
    words = planned(traveller, job)
    assert [word for word, _, _ in words] == TEXT.split()
    assert max(abs(edge) for pair in edges(words) for edge in pair) < 0.12
    seen = changes(traveller, job)
    for phrase in PHRASES:
        assert min(abs(moment - phrase.start) for moment in seen) < 0.12, phrase
    made = Order(traveller, configuration({"src": job.video_id, "transcript": TEXT}))
    assert made.ended()["status"] == "completed", "what a job has made is heard too"
    assert max(abs(edge) for pair in edges(planned(traveller, made)) for edge in pair) < 0.15


def test_words_without_a_text_are_transcribed(traveller: Traveller, spoken: str) -> None:
    set_up_transcriber()
    job = Order(traveller, configuration({"src": spoken}))
    done = job.ended()
    assert (done["status"], done["warnings"]) == ("completed", []), done
    words = planned(traveller, job)
    told = [word.lower().strip(".,") for word, _, _ in words]
    wanted = TEXT.lower().replace(",", "").replace(".", "").split()
    assert len(set(wanted) - set(told)) <= 2, told
    spoken_at = next(start for word, start, _ in words if word.lower().startswith("spoken"))
    assert spoken_at == pytest.approx(4.53, abs=0.15)
    again = Order(traveller, configuration({"src": spoken}))
    assert again.ended()["status"] == "completed"
    assert planned(traveller, again) == words


def test_amazon_transcribe_is_asked_and_waited_for(traveller: Traveller, spoken: str) -> None:
    """The emulator hears nothing and tells the same canned words of everything, after two seconds."""
    with (
        setting(traveller, "prepare_sources", "TRANSCRIBER", "amazon"),
        setting(traveller, "time_words", "TRANSCRIBER", "amazon"),
    ):
        job = Order(traveller, configuration({"src": spoken}))
        done = job.ended()
    assert (done["status"], done["warnings"]) == ("completed", []), done
    states = traveller.entered(job.arn)
    assert states[:6] == ["prepare_sources", "Words", "time_words", "Words", "WaitForWords", "time_words"]
    assert "placeholder" in [word for word, _, _ in planned(traveller, job)]
    costs = traveller.request("GET", f"/api/v1/videos/{job.video_id}").json()["costs"]
    assert any("transcribe" in name for name in json.dumps(costs).split('"')), costs


def test_without_a_transcriber_the_scene_has_no_subtitles_and_the_job_says_so(
    traveller: Traveller, spoken: str
) -> None:
    with setting(traveller, "time_words", "TRANSCRIBER_PYTHON", "/nowhere/python"):
        job = Order(traveller, configuration({"src": spoken, "trim": 5.5, "duration": 2}))
        done = job.ended()
    assert done["status"] == "completed"
    assert "no embedded transcriber" in " ".join(done["warnings"])
