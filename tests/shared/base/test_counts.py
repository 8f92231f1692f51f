"""Exact numbers of a subject, in several items."""

import pytest

from shared.base import counts
from shared.base.ids import new_id
from shared.base.tables import read_together
from shared.base.transactions import write_together
from shared.contract.resources import COUNTS
from tests.aws import Stage


def _read(*subjects: str) -> dict[str, dict[str, int]]:
    keys = [key for subject in subjects for key in counts.keys(subject)]
    return counts.total(read_together({counts.table(): keys})[counts.table()])


def test_numbers_spread_over_the_items_and_add_up(stage: Stage) -> None:
    people = [new_id() for _ in range(60)]
    for person in people:
        assert write_together(counts.adding("video#1", person, {"likes": 1})) is None
    write_together(counts.adding("user#1", people[0], {"followers": 2}))
    assert len(stage.rows(COUNTS)) == counts.SHARDS + 1
    assert _read("video#1", "user#1", "video#2") == {"video#1": {"likes": 60}, "user#1": {"followers": 2}}


def test_somebody_always_counts_in_the_same_item(stage: Stage) -> None:
    write_together(counts.adding("video#1", "somebody", {"likes": 1}))
    write_together(counts.adding("video#1", "somebody", {"likes": -1, "dislikes": 1}))
    assert len(stage.rows(COUNTS)) == 1
    assert _read("video#1") == {"video#1": {"likes": 0, "dislikes": 1}}


def test_counting_nothing_is_a_defect(stage: Stage) -> None:
    with pytest.raises(ValueError, match="nothing to count"):
        counts.adding("video#1", "somebody", {"likes": 0})
