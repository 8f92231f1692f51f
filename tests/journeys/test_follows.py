"""Following somebody and looking at people, deployed and under the functions' own roles."""

from tests.journeys.traveller import Traveller, until


def _id(somebody: Traveller) -> str:
    return str(somebody.request("GET", "/api/auth/me").json()["user"]["id"])


def _copy(somebody: Traveller) -> str:
    """What a login of theirs tells of followers, and of whom they follow."""
    key = {"pk": {"S": f"username#{somebody.name.lower()}"}}
    row = somebody.aws("dynamodb").get_item(TableName="showreel-dev-users", Key=key)["Item"]
    return str(row.get("counted", {"S": ""})["S"]).partition(" ")[2]


def _all(reader: Traveller, path: str, name: str) -> list[str]:
    """The ids of a list of two people, in pages of one."""
    first = reader.request("GET", f"{path}?limit=1").json()
    second = reader.request("GET", f"{path}?limit=1&cursor={first['pagination']['next_cursor']}").json()
    assert second["pagination"]["next_cursor"] is None
    return [one["id"] for page in (first, second) for one in page[name]]


def test_somebody_is_followed_seen_and_left(newcomer: Traveller, stranger: Traveller, traveller: Traveller) -> None:
    followed, follower, other = (_id(one) for one in (newcomer, stranger, traveller))
    path = f"/api/users/{followed}"
    assert traveller.request("POST", f"{path}/follow").status_code == 200
    for _ in range(2):
        made = stranger.request("POST", f"{path}/follow")
        assert (made.status_code, made.json()) == (200, {"success": True, "following": True, "follower_count": 2})
    assert stranger.request("POST", f"/api/users/{other}/follow").status_code == 200
    shown = stranger.request("GET", path).json()
    assert (shown["user"]["follower_count"], shown["user"]["email"]) == (2, None)
    assert _all(stranger, f"{path}/followers", "followers") == [follower, other]
    assert _all(newcomer, f"/api/users/{follower}/following", "following") == [other, followed]
    assert stranger.request("GET", f"/api/users/{follower}").json()["user"]["following_count"] == 2
    until(lambda: _copy(newcomer) == "2 0", "the copy of how many follow")

    hidden = newcomer.request("PATCH", "/api/user/profile", json={"settings": {"privacy": {"show_followers": False}}})
    assert hidden.status_code == 200, hidden.text
    assert stranger.request("GET", f"{path}/followers").status_code == 404
    assert newcomer.request("GET", f"{path}/followers").json()["pagination"]["total_items"] == 2
    for _ in range(2):
        left = stranger.request("DELETE", f"{path}/follow")
        assert (left.status_code, left.json()["follower_count"]) == (200, 1)
    assert stranger.request("DELETE", f"/api/users/{other}/follow").status_code == 200
    until(lambda: _copy(newcomer) == "1 0", "the copy of how many are left")
