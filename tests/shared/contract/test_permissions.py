"""Who may call an endpoint, as its declaration says it, and which permissions cover which."""

import pytest

from shared.contract.permissions import (
    PEOPLES_ROLES,
    PUBLIC,
    ROLE_PERMISSIONS,
    SIGNATURE,
    CallerRule,
    Identity,
    admin,
    allows,
    optional,
    person,
    service,
    user,
)


def test_a_declaration_asks_for_what_its_name_says() -> None:
    assert optional() == CallerRule(Identity.OPTIONAL)
    assert optional("videos:read", fresh=True) == CallerRule(Identity.OPTIONAL, "videos:read", fresh=True)
    assert user() == CallerRule(Identity.USER)
    assert user("videos:write", recent=300) == CallerRule(Identity.USER, "videos:write", recent=300)
    assert person() == CallerRule(Identity.USER, fresh=True, by_hand=True)
    by_hand = CallerRule(Identity.USER, "videos:all", fresh=True, by_hand=True, ours=True)
    assert person("videos:all", ours=True) == by_hand
    assert admin() == CallerRule(Identity.ADMIN, fresh=True, by_hand=True)
    assert admin(recent=900) == CallerRule(Identity.ADMIN, fresh=True, by_hand=True, recent=900)
    assert service("internal:jobs") == CallerRule(Identity.SERVICE, "internal:jobs")


@pytest.mark.parametrize(
    ("rule", "takes"),
    [
        (optional(), True),
        (user(), True),
        (user(fresh=True), True),
        (user(ours=True), True),
        (user(recent=1), False),
        (user(live=False), False),
        (user(by_hand=True), False),
        (person(), False),
        (admin(), False),
        (CallerRule(Identity.ADMIN), False),
        (service("internal:jobs"), False),
        (PUBLIC, False),
        (SIGNATURE, False),
    ],
)
def test_a_key_says_who_is_calling_where_no_login_is_looked_at(rule: CallerRule, takes: bool) -> None:
    assert rule.takes_keys is takes


@pytest.mark.parametrize(
    ("held", "wanted", "allowed"),
    [
        ({"videos:read"}, "videos:read", True),
        ({"videos:read"}, "videos:write", False),
        ({"videos:all"}, "videos:write", True),
        ({"videos:all"}, "renders:write", False),
        ({"videos:all"}, "videos:write:own", True),
        ({"videos:write:all"}, "videos:write:own", False),
        ({"all"}, "videos:write", True),
        ({"internal:all"}, "all", False),
        (set(), "videos:read", False),
        (set(), "", True),
    ],
)
def test_permissions_cover_themselves_their_area_or_all(held: set[str], wanted: str, allowed: bool) -> None:
    assert allows(frozenset(held), wanted) is allowed


def test_nobody_is_made_a_service() -> None:
    assert set(PEOPLES_ROLES) == set(ROLE_PERMISSIONS) - {"service"}
    assert [role for role, held in ROLE_PERMISSIONS.items() if allows(held, "internal:jobs")] == ["admin", "service"]
