"""What a process keeps of what it read."""

from shared.base import kept
from shared.base.kept import Kept
from tests.clock import TurnedClock, turned_clock

__all__ = ["turned_clock"]


def test_a_value_is_read_again_when_its_time_is_over_or_when_asked(turned_clock: TurnedClock) -> None:
    values: Kept[int] = Kept(10)
    reads = iter(range(9))
    assert [values.get("a", lambda: next(reads)) for _ in range(2)] == [0, 0]
    turned_clock.advance(10)
    assert values.get("a", lambda: next(reads)) == 1
    assert values.get("a", lambda: next(reads), fresh=True) == 2
    assert values.get("a", lambda: next(reads)) == 2
    assert values.get("b", lambda: next(reads)) == 3
    kept.forget()
    assert values.get("a", lambda: next(reads)) == 4


def test_what_is_absent_is_asked_for_each_time_and_takes_no_room() -> None:
    values: Kept[int] = Kept(10)
    assert values.get("a", lambda: None) is None
    assert values.get("a", lambda: 1) == 1
    assert values.get("a", lambda: None, fresh=True) is None
    assert values.get("a", lambda: None) is None, "what is gone is not served from before"


def test_there_is_an_end_to_what_is_kept() -> None:
    values: Kept[int] = Kept(10)
    for number in range(kept.MOST + 1):
        values.get(str(number), lambda number=number: number)  # type: ignore[misc]
    assert values.get("1", lambda: None) == 1
    assert values.get("0", lambda: None) is None


def test_a_value_is_as_old_as_the_question(turned_clock: TurnedClock) -> None:
    """What was changed while an answer was on its way is known as soon as if it had come at once."""
    values: Kept[int] = Kept(10)

    def slowly() -> int:
        turned_clock.advance(9)
        return 1

    assert values.get("a", slowly) == 1
    turned_clock.advance(1)
    assert values.get("a", lambda: 2) == 2
