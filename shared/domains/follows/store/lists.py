"""What a list of people shows of each, read together with whose list it is."""

from dataclasses import dataclass

from shared.base import counts
from shared.base.tables import answering, read_together
from shared.domains.accounts.model import Numbers, Person
from shared.domains.accounts.store import numbers, people
from shared.domains.accounts.store.numbers import subject
from shared.domains.follows.model import Edge
from shared.domains.follows.store.edges import WHAT, edge_key, is_spread, table


@dataclass(frozen=True)
class ListSeen:
    """Whose list it is, whether the reader follows them, their numbers, and the people: id -> person, followers."""

    owner: Person | None
    follows: bool
    numbers: Numbers
    people: dict[str, Person]
    followers: dict[str, int]


def look(reader: str, owner_id: str, edges: list[Edge]) -> ListSeen:
    """What there is to show of a list, a moment behind. A second call when somebody's followers are spread."""
    ids = [edge.user_id for edge in edges if edge.user_id != owner_id]
    own = [edge_key(reader, owner_id)] if reader and reader != owner_id else []
    users, counted, follows = people.table(), counts.table(), table()
    keys = {
        users: [people.key(one) for one in (owner_id, *ids)],
        counted: [*counts.keys(subject(owner_id)), *(counts.first(subject(one)) for one in ids)],
        follows: own,
    }
    with answering(WHAT):
        found = read_together(keys, {users: people.LISTED}, consistent=False)
        items = found[counted]
        if spread := [one for one in ids if is_spread(one, items)]:
            more = [key for one in spread for key in counts.keys(subject(one)) if key != counts.first(subject(one))]
            items = items + read_together({counted: more}, consistent=False)[counted]
    known = people.people(found[users])
    return ListSeen(
        owner=known.get(owner_id),
        follows=bool(found[follows]),
        numbers=numbers.of(owner_id, items),
        people=known,
        followers={one: numbers.of(one, items).followers for one in ids},
    )
