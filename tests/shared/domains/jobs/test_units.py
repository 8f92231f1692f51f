"""What a render makes anew: units are found by what they were made of, in all jobs of one owner and in no other's."""

from typing import Any

import pytest

from shared.base import clock
from shared.base.objects import Objects
from shared.domains.jobs.model import Status
from shared.domains.jobs.rules.units import KEPT_SECONDS, UNITS, UnitKeys
from shared.domains.videos.model import Author
from shared.media.scene import rendering
from tests.aws import Stage
from tests.shared.domains.jobs.conftest import OWNER, STRANGER, stored
from tests.shared.domains.jobs.steps import TEXT, bodies, engine, ordered, plan_render, prepare_sources, run, told

__all__ = ["engine"]

MADE = list[tuple[int, bool]]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> MADE:
    """(scene, whether it is a transition) of each unit that was rendered."""
    found: MADE = []
    render_unit = rendering.render_unit

    def noted(plan: Any, unit: Any, *given: Any, **more: Any) -> Any:
        found.append((unit.scene, unit.last == plan.composition.times[unit.scene].transition))
        return render_unit(plan, unit, *given, **more)

    monkeypatch.setattr(rendering, "render_unit", noted)
    return found


def film_of(count: int, changed: str = "Scene 7") -> list[dict[str, Any]]:
    """Scenes of half a second, a transition before each but the first; scene 7 has that text."""
    scenes = [
        {
            "id": f"scene-{number}",
            "duration": 0.5,
            "background-color": f"#{number * 10:02x}4060",
            "elements": [{**TEXT, "text": changed if number == 7 else f"Scene {number}"}],
            **({"transition": {"type": "wipeleft", "duration": 0.2}} if number else {}),
        }
        for number in range(count)
    ]
    return [{"comment": "Twenty", "width": 64, "height": 64, "fps": 10, "scenes": scenes}]


def test_a_changed_scene_of_twenty_is_rendered_anew_with_its_transitions_alone(stage: Stage, made: MADE) -> None:
    first = ordered(film_of(20))
    run(first)
    assert len(made) == 39, "twenty bodies, nineteen transitions"
    made.clear()
    second = ordered(film_of(20, "Another text"))
    run(second)
    assert sorted(made) == [(7, False), (7, True), (8, True)]
    assert stored(second).status is Status.COMPLETED
    assert stored(second).estimated_cost < stored(first).estimated_cost
    films = [bodies(f"v/{job.video_id}/1/64p.mp4") for job in (first, second)]
    assert [len(film) for film in films] == [1, 1]
    assert len({*films[0].values(), *films[1].values()}) == 2, "another film nevertheless"
    made.clear()
    run(third := ordered(film_of(20)))
    assert made == [], "all was there"
    assert [*bodies(f"v/{third.video_id}/1/64p.mp4").values()] == [*films[0].values()]


def test_nobody_gets_the_units_of_another_owner(stage: Stage, made: MADE) -> None:
    run(ordered(film_of(2)))
    count = len(made)
    stranger = Author(STRANGER, "bob", "Bob")
    run(ordered(film_of(2), stranger))
    assert len(made) == 2 * count
    assert len(Objects.open().keys(f"{UNITS}{OWNER.id}/")) == len(Objects.open().keys(f"{UNITS}{STRANGER}/"))


def test_what_may_be_gone_before_it_is_needed_is_made_again(
    stage: Stage, made: MADE, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(ordered(film_of(2)))
    made.clear()
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + KEPT_SECONDS + 1)
    job = ordered(film_of(2))
    prepare_sources(told(job), None)
    plan = plan_render(told(job), None)
    shares = Objects.open().get_json(f"work/{job.video_id}/{plan['hash']}/plan.json")["shares"]
    assert sorted(number for share in shares for number in share["units"]) == [0, 1, 2]


def test_a_unit_without_its_index_is_missing(stage: Stage) -> None:
    keys = UnitKeys(OWNER.id, ["a", "b"], "s")
    written = {keys.index("", 0): 1000.0, keys.index("audio", 0): 1000.0}
    assert keys.missing(written, 2000.0) == ([1], False)
    assert keys.missing({}, 2000.0) == ([0, 1], True)
    assert UnitKeys(OWNER.id, ["a"], "").missing({}, 0.0) == ([0], False)
