"""A table's stream: how many follow people, or whom these follow, has changed."""

from collections.abc import Iterable

from shared.base.consuming import Change, serve_change_batches
from shared.contract.declare import Compute, on_change
from shared.contract.resources import COUNTS, FOLLOWS, NAMES_OF_PEOPLE, USERS
from shared.domains.follows.service.copying import CopyingService


@on_change(
    FOLLOWS,
    batch=10_000,
    window=60,
    needs=(COUNTS.batch_get, NAMES_OF_PEOPLE, USERS.update),
    compute=Compute(seconds=300),
)
def on_people_counted(changes: list[Change]) -> Iterable[Change]:
    """Copy the numbers into the rows that a login reads: of each user once, however many followed them in a minute."""
    return CopyingService.open().follow(changes)


handler = serve_change_batches(on_people_counted)
