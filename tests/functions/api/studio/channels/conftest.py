"""The stage for these tests, and somebody in it who has channels."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from functions.api.studio import create_channel, delete_channel, edit_channel, get_channel, list_channels
from shared.contract.resources import STUDIO_CHANNELS
from tests.api import Answer, call, call_in_a_thread
from tests.aws import Stage, stage
from tests.callers import Account, account
from tests.clock import TurnedClock, turned_clock

__all__ = ["stage", "turned_clock"]

PATH = "/api/v1/channels"
WISH = {"name": "Chess for all", "niche": "chess"}


@dataclass
class Owner:
    """Somebody who asks for channels."""

    stage: Stage
    who: Account
    ids: list[str] = field(default_factory=list)

    def create(self, *, alone: bool = True, **more: Any) -> Answer:
        """Make a channel."""
        ask = call if alone else call_in_a_thread
        answer = ask(create_channel.handler, "POST", PATH, {**WISH, **more}, token=self.who.token)
        if answer.status == 201:
            self.ids.append(answer.json["channel"]["id"])
        return answer

    def list(self, query: str = "") -> Answer:
        """List channels."""
        return call(list_channels.handler, "GET", PATH, token=self.who.token, query=query)

    def get(self, channel_id: str) -> Answer:
        """Show one."""
        return call(get_channel.handler, "GET", f"{PATH}/{channel_id}", token=self.who.token)

    def edit(self, channel_id: str, *, alone: bool = True, **wish: Any) -> Answer:
        """Change one."""
        ask = call if alone else call_in_a_thread
        return ask(edit_channel.handler, "PATCH", f"{PATH}/{channel_id}", wish, token=self.who.token)

    def delete(self, channel_id: str, confirmation: str = "", *, alone: bool = True) -> Answer:
        """Ask to delete one, or confirm it."""
        ask = call if alone else call_in_a_thread
        query = f"confirmation_token={confirmation}" if confirmation else ""
        return ask(delete_channel.handler, "DELETE", f"{PATH}/{channel_id}", token=self.who.token, query=query)

    def deleted(self, channel_id: str) -> None:
        """Delete one, in both steps."""
        confirmation = self.delete(channel_id).json["confirmation_token"]
        assert self.delete(channel_id, confirmation).status == 200

    def counted(self) -> tuple[int, int]:
        """How many channels are counted: of those that are not deleted, and of all."""
        rows = [row for row in self.stage.rows(STUDIO_CHANNELS) if row["channel_id"]["S"] == "count"]
        [row] = [row for row in rows if row["owner_id"]["S"] == self.who.user_id]
        return int(row["live"]["N"]), int(row["rows"]["N"])


MakeOwner = Callable[[], Owner]


@pytest.fixture
def make_owner(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> MakeOwner:
    """Makes somebody who is logged in, and whom no rate limits."""
    monkeypatch.setenv("RATE_SCALE", "1000")
    return lambda: Owner(stage, account(stage))


@pytest.fixture
def owner(make_owner: MakeOwner) -> Owner:
    """Somebody who is logged in."""
    return make_owner()


@pytest.fixture
def clock(turned_clock: TurnedClock) -> TurnedClock:
    """The product's clock."""
    return turned_clock
