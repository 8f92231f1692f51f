"""Channels of Studio, from making one to having it back."""

from tests.journeys.traveller import Traveller

PATH = "/api/v1/channels"


def test_a_channel_is_made_changed_deleted_and_had_back(newcomer: Traveller, stranger: Traveller) -> None:
    owner = newcomer.client
    made = owner.call("POST", PATH, {"name": "Chess for all", "niche": "chess"})
    assert {task["id"] for task in made["setup_tasks"] if not task["done"]} == {
        *("connect_youtube", "describe", "schedule"),
    }
    path = f"{PATH}/{made['channel']['id']}"
    assert owner.call("GET", path)["channel"] == made["channel"]
    assert stranger.request("GET", path).status_code == 404

    settings = {"publish_times": ["18:30"]}
    edited = owner.call("PATCH", path, {"status": "paused", "settings": settings})["channel"]
    assert (edited["status"], edited["settings"]["publish_times"]) == ("paused", ["18:30"])
    assert [one["id"] for one in owner.call("GET", f"{PATH}?status=paused")["channels"]] == [edited["id"]]

    asked = newcomer.request("DELETE", path)
    assert asked.status_code == 202, asked.text
    confirmed = f"{path}?confirmation_token={asked.json()['confirmation_token']}"
    assert newcomer.request("DELETE", confirmed).status_code == 200
    assert newcomer.request("DELETE", confirmed).status_code == 404
    newcomer.invoke("purge_channels")
    assert owner.call("GET", PATH)["channels"] == []

    [deleted] = owner.call("GET", f"{PATH}?status=deleted")["channels"]
    assert deleted["restorable_until"]
    assert owner.call("PUT", path, {"status": "active"})["channel"]["status"] == "active"
    assert owner.call("GET", f"{PATH}/")["pagination"]["total_items"] == 1
