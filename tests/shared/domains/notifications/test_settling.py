"""Notifications follow what holds, and what is unread is counted exactly, however often and at whatever time."""

import random
import threading
from collections.abc import Callable

from shared.base.ids import new_id
from shared.contract.limits import DAY
from shared.contract.resources import NOTIFICATIONS
from shared.domains.accounts.service.profiles import ProfileService
from shared.domains.notifications.model import Cause, Kind, Wish
from shared.domains.notifications.rules.telling import unread
from shared.domains.notifications.service.reading import NotificationService
from shared.domains.notifications.service.settling import SettlingService
from shared.domains.notifications.store.notifications import NotificationStore
from tests.aws import Stage
from tests.clock import TurnedClock

FAN = "01900000-0000-7000-8000-00000000000f"


def follows(user_id: str, fan: str = FAN, *, is_due: bool = True) -> Wish:
    """Somebody follows a user, or does no more."""
    return Wish(user_id, Cause(Kind.FOLLOW, actor_id=fan), is_due)


def settle(*wishes: Wish) -> None:
    SettlingService.open().settle(wishes)


def state(user_id: str) -> tuple[int, int]:
    """How many notifications are listed, and how many are unread; the two ways to tell them agree."""
    found = NotificationStore().latest(user_id, 100)
    known, box = NotificationStore().some(user_id, [one.id for one in found])
    open_ones = sum(1 for one in known if one.is_listed and not one.is_read and one.round == box.round)
    assert open_ones == unread(box)
    return len(found), unread(box)


def test_who_follows_again_is_told_once_and_stays_read(somebody: Callable[[], str], stage: Stage) -> None:
    user_id = somebody()
    for _ in range(3):
        for is_due in (True, True, False, False):
            settle(follows(user_id, is_due=is_due))
            assert state(user_id) == (int(is_due), int(is_due))
    assert FAN not in str(stage.rows(NOTIFICATIONS)), "nothing tells who was followed by whom any more"
    settle(follows(user_id))
    NotificationService.open().read_all(user_id)
    settle(follows(user_id, is_due=False))
    settle(follows(user_id))
    assert state(user_id) == (1, 0)


def test_many_are_told_together_each_by_their_settings(somebody: Callable[[], str], stage: Stage) -> None:
    wants, not_of_followers, nobody = somebody(), somebody(), new_id()
    ProfileService.open().edit(not_of_followers, settings={"notifications": {"followers": False}})
    wishes = [follows(one) for one in (wants, not_of_followers, nobody)]
    wishes.append(Wish(not_of_followers, Cause(Kind.VIDEO, video_id=new_id()), True))
    made = stage.calls_of(lambda: settle(*wishes))
    assert made == ["dynamodb:BatchGetItem", "dynamodb:TransactWriteItems"]
    assert [state(one) for one in (wants, not_of_followers, nobody)] == [(1, 1), (1, 1), (0, 0)]
    ProfileService.open().edit(not_of_followers, settings={"notifications": {"push": False}})
    settle(Wish(not_of_followers, Cause(Kind.VIDEO, video_id=new_id()), True))
    assert state(not_of_followers) == (1, 1)


def test_old_ones_are_neither_told_nor_counted(somebody: Callable[[], str], turned_clock: TurnedClock) -> None:
    user_id = somebody()
    settle(follows(user_id, "one"))
    turned_clock.advance(90 * DAY)
    settle(follows(user_id, "two"))
    assert state(user_id) == (2, 2)
    turned_clock.advance(DAY)
    assert state(user_id) == (1, 1)
    settle(follows(user_id, "one", is_due=False), follows(user_id, "three"))
    assert state(user_id) == (2, 2)
    assert NotificationService.open().read_all(user_id) == 0
    assert state(user_id) == (2, 0)


def test_what_is_unread_is_exact_while_many_write_and_read(somebody: Callable[[], str]) -> None:
    """Everything that happens to a box, at the same time, with repeats."""
    user_id, fans = somebody(), [new_id() for _ in range(6)]
    service, faults = NotificationService.open(), list[Exception]()

    def act(seed: int) -> None:
        chance = random.Random(seed)
        try:
            for _ in range(8):
                fan = chance.choice(fans)
                settle(follows(user_id, fan, is_due=chance.random() < 0.7))
                if chance.random() < 0.3:
                    service.read_some(user_id, [Cause(Kind.FOLLOW, actor_id=fan).id_for(user_id)])
                if chance.random() < 0.1:
                    service.read_all(user_id)
        except Exception as error:  # noqa: BLE001 - the thread's own would be lost
            faults.append(error)

    threads = [threading.Thread(target=act, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    listed, _ = state(user_id)
    assert listed > 0
    settle(*(follows(user_id, fan, is_due=False) for fan in fans))
    assert state(user_id) == (0, 0)


def test_condition_that_does_not_hold_leaves_everything_as_it_is(somebody: Callable[[], str]) -> None:
    from shared.domains.videos.store.videos import VideoStore

    user_id = somebody()
    SettlingService.open().settle([follows(user_id)], VideoStore.open().listed(new_id()))
    assert state(user_id) == (0, 0)
