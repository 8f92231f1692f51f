"""Limits say whose requests they count, how many and how long."""

from shared.contract.limits import HOUR, MINUTE, Limit, Subject, per_address, per_user


def test_a_limit_counts_addresses_or_users() -> None:
    assert per_address("auth", 10, MINUTE) == Limit("auth", 10, 60, Subject.ADDRESS)
    assert per_user("things", 50, HOUR) == Limit("things", 50, 3600, Subject.USER)
