"""The order `top`."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from shared.base.ids import new_id
from shared.domains.comments.rules.ranking import rank_of

VOTES = st.integers(0, 10**9)
ID, LATER = sorted(new_id() for _ in range(2))


def test_more_agreement_comes_first() -> None:
    votes = [(0, 50), (0, 1), (0, 0), (1, 0), (2, 0), (100, 100), (100, 20), (20, 0), (100, 0), (1000, 0)]
    ranks = [rank_of(ID, *one) for one in votes if one != (100, 100)]
    assert ranks == sorted(set(ranks))
    assert rank_of(ID, 100, 100) == rank_of(ID, 0, 0), "opinions differ"
    assert rank_of(ID, 3, 1) < rank_of(LATER, 3, 1), "of two with the same score the newer one is better"


@given(VOTES, VOTES, st.integers(1, 1000))
def test_a_like_never_harms_and_a_dislike_never_helps(likes: int, dislikes: int, more: int) -> None:
    rank = rank_of(ID, likes, dislikes)
    assert len(rank) == len("5000#") + len(ID)
    assert rank_of(ID, likes + more, dislikes) >= rank
    assert rank_of(ID, likes, dislikes + more) <= rank


def test_index_is_rewritten_seldom() -> None:
    ranks = [rank_of(ID, likes, 0) for likes in range(100_001)]
    changes = sum(one != other for one, other in itertools.pairwise(ranks))
    assert changes < 250
    assert len(set(ranks[:21])) == 21, "the first twenty count one by one"
