"""Who sees a profile, a list of people, and somebody in the list of another."""

from shared.domains.accounts.model import Person, Privacy, Visibility
from shared.domains.follows.model import Side


def sees_profile(person: Person, reader: str, *, follows: bool) -> bool:
    """Whether a reader ("" for an anonymous one) sees somebody's profile; `follows`: they follow them."""
    allowed = {Visibility.PUBLIC: True, Visibility.FOLLOWERS: follows, Visibility.PRIVATE: False}
    return reader == person.id or allowed[person.privacy.profile_visibility]


def sees_list(person: Person, side: Side, reader: str, *, follows: bool) -> bool:
    """Whether they see who follows somebody, or whom somebody follows."""
    return reader == person.id or (sees_profile(person, reader, follows=follows) and _shows(person.privacy, side))


def is_listed(person: Person, side: Side, owner: str, reader: str) -> bool:
    """Whether somebody stands in another's list: where they show the same to everybody themselves.

    side   of the list
    owner  whose list it is: they see all of it
    """
    if reader in (owner, person.id):
        return True
    other = Side.FOLLOWING if side is Side.FOLLOWERS else Side.FOLLOWERS
    return is_public(person) and _shows(person.privacy, other)


def is_public(person: Person) -> bool:
    """Whether everybody sees somebody's profile."""
    return person.privacy.profile_visibility is Visibility.PUBLIC


def may_be_followed(person: Person, *, follows: bool) -> bool:
    """Whether somebody can be followed, or left by who follows them: a private profile gets no new followers."""
    return follows or person.privacy.profile_visibility is not Visibility.PRIVATE


def _shows(privacy: Privacy, side: Side) -> bool:
    return privacy.show_followers if side is Side.FOLLOWERS else privacy.show_following
