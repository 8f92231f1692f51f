"""Numbers that must be exact, after ten thousand changes of mind: how far off they are, and what a change costs."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from bench.figures import Figure
from bench.world import World, world
from shared.base.ids import new_id
from shared.contract.resources import LIMITS
from shared.domains.reactions.model import Reaction
from shared.domains.reactions.service.reacting import ReactionService, Reactor
from tests.aws import Call, real_name

TOGGLES, PEOPLE, THREADS = 10_000, 50, 4
CALLS, UNITS = 2, 4
UNITS_OF_A_WRITE = 2
"""Of an item up to a kilobyte, in a transaction."""
SEED = 1
WISHES = (Reaction.LIKE, Reaction.DISLIKE, None)


def measure() -> list[Figure]:
    """All of it on one stage in this process."""
    with world() as here:
        return figures(here, TOGGLES)


def figures(here: World, toggles: int) -> list[Figure]:
    """So many changes of mind about one video, at random. Each of the people is in one thread alone."""
    video_id, before = here.ready(), len(here.stage.calls)
    model = _toggle(video_id, toggles)
    calls = here.stage.calls[before:]
    with here.stage.unrecorded():
        told = ReactionService.open().react_to_video(video_id, Reactor(new_id()), None)
    off = abs(told.likes - model[Reaction.LIKE]) + abs(told.dislikes - model[Reaction.DISLIKE])
    units = max(_units(call) for call in calls if call.operation == "TransactWriteItems")
    who = f"{toggles} likes, dislikes and removals by {PEOPLE} people at random"
    return [
        Figure(f"{who}: likes and dislikes that are wrong", off, "", 0),
        Figure(f"{who}: AWS calls each", round(len(calls) / toggles, 2), "calls", CALLS),
        Figure("write units of a like, those of its limit apart", units, "units", UNITS),
    ]


def _toggle(video_id: str, toggles: int) -> Counter[Reaction | None]:
    """What the people think in the end."""
    chance, people, reactions = random.Random(SEED), [new_id() for _ in range(PEOPLE)], ReactionService.open()
    wishes = [(chance.randrange(PEOPLE), chance.choice(WISHES)) for _ in range(toggles)]

    def act(thread: int) -> dict[int, Reaction | None]:
        mine = [(who, wish) for who, wish in wishes if who % THREADS == thread]
        for who, wish in mine:
            reactions.react_to_video(video_id, Reactor(people[who]), wish)
        return dict(mine)

    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(wish for part in pool.map(act, range(THREADS)) for wish in part.values())


def _units(call: Call) -> int:
    """Write units of a transaction whose items are small, those of the table of limits apart."""
    writes = [write for one in call.parameters["TransactItems"] for write in one.values()]
    return UNITS_OF_A_WRITE * sum(write["TableName"] != real_name(LIMITS) for write in writes)
