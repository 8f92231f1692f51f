"""Videos are found by words and tags, and ranked by what people do, as long as they are there."""

from pathlib import Path

from tests.journeys.test_lists import told
from tests.journeys.traveller import Traveller, until
from tests.shared.media.sources import GOOD


def test_videos_are_found_and_ranked(newcomer: Traveller, stranger: Traveller, sources: Path) -> None:
    author = newcomer.client.call("GET", "/api/auth/me")["user"]["id"]
    first, second = (newcomer.ready(GOOD["silent"](sources))["id"] for _ in range(2))
    mark = f"mark{author[-12:]}"
    tag = f"tag {mark}"
    described = " ".join(f"{number:02}words" for number in range(60))
    edits = (
        {"title": f"The {mark} whale", "tags": [tag], "description": described},
        {"title": f"About {mark}", "tags": [tag, "whale"]},
    )
    for video_id, wish in zip((first, second), edits, strict=True):
        newcomer.client.call("PATCH", f"/api/videos/{video_id}", {**wish, "category": mark})
    queries = (f"q={mark[:8]}&author={author}", f"tags={tag.upper()}", f"author={author}&category={mark}")
    paths = [f"/api/videos?{query}&sort=latest" for query in queries]
    for path in paths:
        until(lambda path=path: told(stranger, path) == ([second, first], 2), path)
    assert told(stranger, f"/api/videos?q={mark}+whale") == ([first, second], 2), "titles first"

    assert stranger.request("POST", f"/api/videos/{first}/like", json={"action": "like"}).status_code == 200
    for word in ("So", "true"):  # search feels no single like
        stranger.client.call("POST", f"/api/videos/{first}/comments", {"content": word})
    ranked = [f"/api/videos?sort={sort}&category={mark}" for sort in ("popular", "trending")]

    def rank() -> bool:
        newcomer.invoke("rank_videos")
        return [told(stranger, path) for path in ranked] == [([first, second], 2)] * 2

    until(rank, "both in their order")
    for path in ranked:
        why = newcomer.client.call("GET", f"{path}&explain=true")["explanations"]
        assert [(one["video_id"], one["rank"]) for one in why] == [(first, 1), (second, 2)]
        assert {one["what"]: one["points"] for one in why[0]["parts"]}["comments"] == 20
        assert stranger.client.call("GET", f"{path}&explain=true")["explanations"] == []
    until(lambda: told(stranger, f"/api/videos?tags={tag}&sort=popular")[0] == [first, second], "search to know")

    newcomer.client.call("PATCH", f"/api/videos/{first}", {"visibility": "private"})
    assert [told(who, path)[0] for who in (stranger, newcomer) for path in (*paths, *ranked)] == [[second]] * 10
    assert newcomer.request("DELETE", f"/api/v1/videos/{second}").status_code == 200
    assert [told(stranger, path)[0] for path in (*paths, *ranked)] == [[]] * 5

    def forgotten() -> bool:
        term, table = {":term": {"S": mark[:6]}}, "showreel-dev-postings"
        found = newcomer.aws("dynamodb").query(
            TableName=table, KeyConditionExpression="term = :term", ExpressionAttributeValues=term
        )
        return not [item for item in found["Items"] if item["place"]["S"].endswith((first, second))]

    until(forgotten, "postings to go")

    def unranked() -> bool:
        newcomer.invoke("rank_videos")
        where = {"list": {"S": f"popular#{mark}"}, "generation": {"S": "current"}}
        found = newcomer.aws("dynamodb").get_item(TableName="showreel-dev-rankings", Key=where)
        return "Item" not in found

    until(unranked, "an empty list to go")
    assert told(stranger, ranked[0]) == ([], 0)
