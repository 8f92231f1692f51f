"""What viewers' requests cost in tables of a hundred, a thousand and ten thousand items: calls, items read, units.

Each goes through its real handler, warm as in bench.calls. What it costs may not depend on how much there is.
"""

import importlib
from collections.abc import Callable
from typing import Any

import pytest

from bench.capacity import Cost, weighing
from bench.crowding import Crowd, crowd
from bench.figures import Figure
from bench.viewing import ACTS, LISTINGS, PAGE, Act, Ask
from bench.world import world
from shared.base import aws
from shared.contract.resources import WATCHED
from tests.aws import real_name

SIZES = (100, 1_000, 10_000)
WARM_UPS, CALLS, ITEMS = 2, 2, 1.1
VIEWS, WRITES_A_VIEW = 100, 0.02
FLUSH = "a flush of views"
HOUR = 3600


Found = dict[str, Cost]
"""By what was asked."""


def measure() -> list[Figure]:
    """All of it on a stage for each size, in this process."""
    found = {size: _of_size(size) for size in SIZES}
    return figures(found)


def figures(found: dict[int, Found]) -> list[Figure]:
    """What grows, and what each takes where there is most."""
    least, *larger = found.values()
    grows = [name for name in least if any(one[name] != least[name] for one in larger)]
    named = f": {', '.join(grows)}" if grows else ""
    sizes = ", ".join(map(str, found))
    made = [Figure(f"requests that cost more in larger tables, of {sizes} items{named}", len(grows), "", 0)]
    most = found[max(found)]
    for name in LISTINGS:
        made += _of_page(f"a page of {PAGE}, {name}", most[name], LISTINGS[name].units)
    for name, act in ACTS.items():
        made += _of_act(name, most[name], act)
    return [*made, *_of_view(f"a view, {VIEWS} in a flush", most[FLUSH])]


def _of_page(what: str, taken: Cost, units: int) -> list[Figure]:
    return [
        Figure(f"{what}: AWS calls", taken.calls, "calls", CALLS),
        Figure(f"{what}: items that queries read over items told", taken.queried / PAGE, "", ITEMS),
        Figure(f"{what}: read units", taken.read_units, "units", units),
    ]


def _of_act(what: str, taken: Cost, act: Act) -> list[Figure]:
    return [
        Figure(f"{what}: AWS calls", taken.calls, "calls", act.calls),
        Figure(f"{what}: write units, without limit and indexes", taken.write_units, "units", act.units),
        Figure(f"{what}: write units of indexes", taken.index_units, "units"),
        Figure(f"{what}: read units", taken.read_units, "units"),
    ]


def _of_view(what: str, taken: Cost) -> list[Figure]:
    """Of all views in a flush, for each."""
    return [
        Figure(f"{what}: AWS calls", taken.calls / VIEWS, "calls"),
        Figure(f"{what}: items written", taken.written / VIEWS, "", WRITES_A_VIEW),
        Figure(f"{what}: write units", taken.write_units / VIEWS, "units"),
    ]


def _of_size(size: int) -> Found:
    with world() as here, pytest.MonkeyPatch.context() as patch:
        made = crowd(here, size)
        # moto copies a table before each transaction, in case that it is refused; here none is
        patch.setattr("moto.dynamodb.models.table.Table.__deepcopy__", lambda table, _: table, raising=False)
        here.settle()
        others = iter(made.copies)
        found = {name: _listed(made, name) for name in LISTINGS}
        found |= {name: _warm(lambda act=act: act.prepare(made, next(others))) for name, act in ACTS.items()}
        found[FLUSH] = _flushed(made)
        return found


def _listed(made: Crowd, name: str) -> Cost:
    """A page, which is full."""
    listing = LISTINGS[name]
    answer = listing.prepare(made)().json
    told = len(answer[listing.member]), answer["pagination"]["total_items"]
    assert told == (PAGE, min(listing.most or made.count, made.count)), f"{name}: {told}"
    return _warm(lambda: listing.prepare(made))


def _warm(prepare: Callable[[], Ask]) -> Cost:
    for _ in range(WARM_UPS):
        prepare()()
    return _taken(prepare())


def _flushed(made: Crowd) -> Cost:
    """So many watch one video, each at an address of their own; then the function of the queue runs once."""
    path = f"/api/videos/{made.video_id}/view"
    with made.world.stage.unrecorded():
        for number in range(VIEWS):
            made.world.ask("views.watch_video", "POST", path, {}, address=f"198.51.100.{number}")
        records = _messages()
    assert len(records) == VIEWS, f"{len(records)} messages"
    handler = importlib.import_module("functions.events.on_videos_watched").handler
    return _taken(lambda: handler({"Records": records}, None))


def _messages() -> list[dict[str, Any]]:
    """All that is in the queue, as Lambda hands it over."""
    found: list[dict[str, Any]] = []
    sqs, asked = (
        aws.client("sqs"),
        {"QueueUrl": real_name(WATCHED), "MaxNumberOfMessages": 10, "VisibilityTimeout": HOUR},
    )
    while told := sqs.receive_message(**asked).get("Messages"):
        found += [{"messageId": one["MessageId"], "body": one["Body"]} for one in told]
    return found


def _taken(request: Callable[[], object]) -> Cost:
    """What a request took, all of its calls together."""
    with weighing() as costs:
        request()
    return sum(costs, Cost())
