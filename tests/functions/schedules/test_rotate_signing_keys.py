"""The daily look at the signing keys."""

from functions.schedules.rotate_signing_keys import handler, rotate_signing_keys
from shared.base.signing_keys import ROTATE_AFTER, prepare
from shared.contract.declare import Schedule, declaration_of
from tests.aws import Stage
from tests.clock import TurnedClock


def test_it_makes_the_next_key_in_time_and_once(bare_stage: Stage, turned_clock: TurnedClock) -> None:
    prepare()
    assert handler({}, None) == {"made": False}
    turned_clock.advance(ROTATE_AFTER)
    assert handler({}, None) == {"made": True}
    assert handler({}, None) == {"made": False}  # the same event twice, or the next day


def test_it_makes_the_first_key_where_there_is_none(bare_stage: Stage) -> None:
    assert handler({}, None) == {"made": True}


def test_it_runs_daily() -> None:
    declared = declaration_of(rotate_signing_keys)
    assert isinstance(declared, Schedule)
    assert declared.minutes == 24 * 60
