"""What is kept of somebody, kind by kind, as they get it: no secrets and no hashes, nothing of other people.

Fields are named one by one, so that one which is added elsewhere is not given away by itself.
"""

import functools
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from shared.domains.accounts.model import Profile
from shared.domains.accounts.store import identities
from shared.domains.accounts.store.sessions import SessionStore
from shared.domains.accounts.store.users import AccountStore
from shared.domains.audit.model import Entry
from shared.domains.audit.store.trail import AuditStore
from shared.domains.comments.service.forgetting import said
from shared.domains.comments.store.held import holding_of
from shared.domains.follows.model import Side
from shared.domains.follows.store.edges import all_of
from shared.domains.jobs.model import Job, LedgerLine, Month
from shared.domains.jobs.rules.prices import dollars
from shared.domains.jobs.service.ordering import unpack
from shared.domains.jobs.store.jobs import JobStore
from shared.domains.jobs.store.usage import months
from shared.domains.keys.service.managing import KeyService
from shared.domains.notifications.store.erasing import all_listed
from shared.domains.reactions import store as reactions
from shared.domains.studio_channels.store import ChannelStore
from shared.domains.videos.model import Video
from shared.domains.videos.store.collections import CollectionStore
from shared.domains.videos.store.videos import VideoStore

AT_ONCE = 100
_USER = (
    "id username email display_name avatar_url bio company role tier verified email_verified monthly_budget "
    "is_beta_user created_at updated_at"
)
_SESSION = "id created_at used_at expires_at"
_KEY = "id name prefix scopes created_at rotated_at expires_at"
_VIDEO = (
    "id title description tags category visibility status filename content_type file_size duration width height "
    "error_code error_message job_id created_at updated_at published_at"
)
_JOB = (
    "id video_id kind title status attempt created_at updated_at started_at completed_at error_code error_message "
    "warnings"
)
_COMMENT = "id video_id parent_id content created_at edited_at like_count dislike_count reply_count"
_REPORT = "comment_id reason reported_at"
_NOTIFICATION = "id noticed_at is_read"
_CAUSE = "kind actor_id video_id comment_id"
_CHANNEL = "id name niche description youtube_channel_id status created_at updated_at deleted_at"
_ENTRY = "at action result details"
_OWN_ENTRY = "target key_id address route request_id"

Items = Iterator[dict[str, Any]]


@dataclass(frozen=True)
class Gathering:
    """All that is somebody's."""

    user_id: str

    def kinds(self) -> dict[str, Callable[[], Items]]:
        """Name of a file in the archive -> what it lists."""
        return {
            "account.json": self._account,
            "sessions.json": self._sessions,
            "devices.json": self._devices,
            "api_keys.json": self._api_keys,
            "identities.json": self._identities,
            "channels.json": self._channels,
            "videos.json": lambda: (_named(video, _VIDEO) for video in self.videos()),
            "jobs.json": self._jobs,
            "reactions.json": self._reactions,
            **{f"{side}.json": functools.partial(self._edges, side) for side in Side},
            "comments.json": self._comments,
            "notifications.json": self._notifications,
            "audit.json": self._audit,
        }

    def _account(self) -> Items:
        found: Profile | None = AccountStore.open().profile(self.user_id)
        if found:
            numbers = CollectionStore().read(self.user_id)
            spent = JobStore.open().account(self.user_id)
            used = {
                "videos": numbers.total,
                "stored_bytes": numbers.stored_bytes,
                "jobs": spent.total,
                "spent_dollars": dollars(spent.spent),
                "months": {month: _used(found) for month, found in months(self.user_id).items()},
            }
            kept = {"settings": asdict(found.settings), "holding": asdict(holding_of(self.user_id))}
            yield {**_named(found.user, _USER), **kept, "usage": used}

    def _sessions(self) -> Items:
        for session in SessionStore.open().all_live(self.user_id):
            yield {**_named(session, _SESSION), "edition": session.edition, **asdict(session.device)}

    def _devices(self) -> Items:
        for device, noted_on in AccountStore.open().devices(self.user_id).items():
            yield {"device": device, "noted_on": noted_on}

    def _api_keys(self) -> Items:
        for listed in KeyService.open().list_keys(self.user_id):
            yield {**_named(listed.key, _KEY), "used_at": listed.used_at}

    def _channels(self) -> Items:
        for channel in ChannelStore.open().of(self.user_id):
            yield {**_named(channel, _CHANNEL), "settings": asdict(channel.settings)}

    def _identities(self) -> Items:
        for name in identities.linked_to(self.user_id):
            provider, _, subject = name.partition("#")
            yield {"provider": provider, "subject": subject}

    def videos(self) -> Iterator[Video]:
        """All videos, the latest first."""
        lists, store, after = CollectionStore(), VideoStore.open(), ""
        while True:
            page = lists.cards(self.user_id, "", AT_ONCE, after=after)
            ids = [card.id for card in page.cards]
            known = {video.id: video for video in store.many(ids)}
            yield from (known[one] for one in ids if one in known and known[one].owner_id == self.user_id)
            if not page.goes_on or not ids:
                return
            after = ids[-1]

    def _jobs(self) -> Items:
        store, after = JobStore.open(), ""
        while True:
            page = store.of_owner(self.user_id, None, after, AT_ONCE)
            for card in page:
                job, lines = store.with_ledger(card.id)
                if job and job.owner_id == self.user_id:
                    yield {**_job(job, lines), "request": unpack(store.request(job.id))}
            if len(page) < AT_ONCE:
                return
            after = page[-1].id

    def _reactions(self) -> Items:
        after = ""
        while page := reactions.opinions(self.user_id, AT_ONCE, after):
            after = page[-1].target
            for opinion in page:
                kind, _, target_id = opinion.target.partition("#")
                yield {"of": kind, f"{kind}_id": target_id, **_named(opinion, "reaction reacted_at")}

    def _edges(self, side: Side) -> Items:
        """Ids, and since when: what others are called is theirs."""
        for edge in all_of(side, self.user_id, AT_ONCE):
            yield {"user_id": edge.user_id, "followed_at": edge.followed_at}

    def _comments(self) -> Items:
        """What they said, and what they reported of others, whose words are not told."""
        after = ""
        while True:
            comments, held, reports, after = said(self.user_id, after)
            yield from (_named(comment, _COMMENT) for comment in comments)
            yield from ({**_named(comment, _COMMENT), "held": True} for comment in held)
            yield from ({"reported": _named(report, _REPORT)} for report in reports)
            if not after:
                return

    def _notifications(self) -> Items:
        """What they were told of: ids, since what others are called and say is theirs."""
        for one in all_listed(self.user_id, AT_ONCE):
            yield {**_named(one, _NOTIFICATION), **_named(one.cause, _CAUSE)}

    def _audit(self) -> Items:
        seen: set[str] = set()
        for attribute in ("actor", "target"):
            after = ""
            while page := AuditStore.open().of(attribute, self.user_id, after, AT_ONCE):
                after = page[-1].id
                yield from (self._entry(entry) for entry in page if entry.id not in seen)
                seen |= {entry.id for entry in page}

    def _entry(self, entry: Entry) -> dict[str, Any]:
        """What was done by somebody else is told without them."""
        if entry.actor == self.user_id and not entry.acting_as:
            return {"by": "you", **_named(entry, _ENTRY), **_named(entry, _OWN_ENTRY)}
        details = {name: value for name, value in entry.details.items() if name != "session"}
        return {"by": "somebody else", **_named(entry, _ENTRY), "details": details}


def _used(month: Month) -> dict[str, Any]:
    return {"videos": month.videos, "minutes": month.milliseconds / 60_000, "spent_dollars": dollars(month.spent)}


def _job(job: Job, lines: list[LedgerLine]) -> dict[str, Any]:
    steps = [
        {"step": line.step, "began_at": line.began_at, "at": line.at, "cost_dollars": dollars(line.cost)}
        for line in lines
    ]
    return {**_named(job, _JOB), "cost_dollars": dollars(job.cost), "steps": steps}


def _named(item: Any, names: str) -> dict[str, Any]:
    return {name: getattr(item, name) for name in names.split()}
