"""Following somebody and looking at people, deployed and under the functions' own roles."""

from tests.journeys.traveller import Traveller


def _id(somebody: Traveller) -> str:
    return str(somebody.request("GET", "/api/auth/me").json()["user"]["id"])


def test_somebody_is_followed_seen_and_left(newcomer: Traveller, stranger: Traveller) -> None:
    followed, follower = _id(newcomer), _id(stranger)
    path = f"/api/users/{followed}"
    for _ in range(2):
        made = stranger.request("POST", f"{path}/follow")
        assert (made.status_code, made.json()) == (200, {"success": True, "following": True, "follower_count": 1})
    shown = stranger.request("GET", path).json()
    assert (shown["user"]["follower_count"], shown["user"]["email"]) == (1, None)
    [fan] = stranger.request("GET", f"{path}/followers").json()["followers"]
    assert (fan["id"], fan["username"]) == (follower, stranger.name)
    listed = stranger.request("GET", f"/api/users/{follower}/following?limit=1").json()
    assert [one["id"] for one in listed["following"]] == [followed]
    assert stranger.request("GET", f"/api/users/{follower}").json()["user"]["following_count"] == 1

    hidden = newcomer.request("PATCH", "/api/user/profile", json={"settings": {"privacy": {"show_followers": False}}})
    assert hidden.status_code == 200, hidden.text
    assert stranger.request("GET", f"{path}/followers").status_code == 404
    assert newcomer.request("GET", f"{path}/followers").json()["pagination"]["total_items"] == 1
    for _ in range(2):
        left = stranger.request("DELETE", f"{path}/follow")
        assert (left.status_code, left.json()["follower_count"]) == (200, 0)
