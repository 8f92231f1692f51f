"""What it takes to erase all that was somebody's, step by step.

A step does a bounded amount, and says what is to be written down with it. Killed at any point and run again from what
was written down last, it ends the same: what it counts is removed in the same transaction, or was counted before.
"""

from collections.abc import Callable
from dataclasses import dataclass

from shared.base import counts
from shared.base.aws import invalidate
from shared.base.objects import Objects
from shared.contract.needs import Table
from shared.contract.resources import IDEMPOTENCY, LIMITS, SESSIONS, USERS
from shared.domains.accounts.store.numbers import subject
from shared.domains.channels.rules.names import USER, channel_of
from shared.domains.channels.store.erasing import removals as channel_removals
from shared.domains.comments.service import forgetting as comments
from shared.domains.connections.store import connections
from shared.domains.feeds import store as feeds
from shared.domains.follows.model import Side
from shared.domains.follows.store.edges import erasures
from shared.domains.jobs.errors import JobNotFoundError, JobOverError
from shared.domains.jobs.rules.status import OPEN
from shared.domains.jobs.service.desk import JobService
from shared.domains.jobs.store import erasing as job_rows
from shared.domains.keys.store import KeyStore
from shared.domains.notifications.store.erasing import removals as notification_removals
from shared.domains.privacy.model import Erasure, Progress
from shared.domains.privacy.rules.late import is_quiet
from shared.domains.privacy.rules.places import PREFIXES, avatar_pattern
from shared.domains.privacy.store.erasures import TOGETHER
from shared.domains.privacy.store.exports import ExportStore
from shared.domains.privacy.store.traces import traces
from shared.domains.reactions.service import forgetting
from shared.domains.studio_channels.store import ChannelStore
from shared.domains.videos.errors import VideoNotFoundError
from shared.domains.videos.service.catalogue import CatalogueService
from shared.domains.videos.store import collections
from shared.domains.videos.store.collections import CollectionStore
from shared.domains.videos.store.rows import DELETED

COUNTED = "counted"
AT_ONCE = 25
"""Jobs and videos that one go ends: three calls each at most."""

Step = Callable[[Erasure], Progress]


@dataclass(frozen=True)
class Steps:
    """The steps, on the stage's own resources."""

    archives: ExportStore
    keys: KeyStore
    jobs: JobService
    videos: CatalogueService
    lists: CollectionStore
    objects: Objects

    @classmethod
    def open(cls) -> "Steps":
        """On the stage's own resources."""
        return cls(
            archives=ExportStore.open(),
            keys=KeyStore.open(),
            jobs=JobService.open(),
            videos=CatalogueService.open(),
            lists=CollectionStore(),
            objects=Objects.open(),
        )

    def all(self) -> tuple[Step, ...]:
        """Everything, and once nothing can arrive any more, everything again."""
        traced = (self._traces(table, kind) for table, kind in TRACED.items())
        stored = (self._objects(kind, prefix) for kind, prefix in PREFIXES.items())
        once = (
            self.exports,
            self.connections,
            self.channel,
            self.api_keys,
            self.studio_channels,
            self.reactions,
            self.comments,
            self.open_jobs,
            self.own_videos,
            self.own_jobs,
            *(self._edges(side) for side in Side),
            self.feed,
            self.notifications,
            *stored,
            self.edge,
            self.numbers,
            *traced,
        )
        return (*once, _quiet, *once)

    def exports(self, erasure: Erasure) -> Progress:
        """What is kept of exports; whoever makes one finds out."""
        writes = self.archives.removals(erasure.user_id, TOGETHER)
        return Progress({"exports": len(writes)}, tuple(writes), "" if len(writes) == TOGETHER else None)

    def connections(self, erasure: Erasure) -> Progress:
        """Connections that were closed as their sessions ended, should one have been missed."""
        writes = connections.removals(erasure.user_id)
        return Progress({"connections": len(writes) - 1}, tuple(writes))

    def channel(self, erasure: Erasure) -> Progress:
        """What they were told of as it happened."""
        writes = channel_removals(channel_of(USER, erasure.user_id), TOGETHER)
        return Progress(writes=tuple(writes), position="" if len(writes) == TOGETHER else None)

    def api_keys(self, erasure: Erasure) -> Progress:
        """API keys, and when they were last used."""
        writes = self.keys.removals(erasure.user_id)
        return Progress({"api_keys": len(writes) // 2}, tuple(writes))

    def studio_channels(self, erasure: Erasure) -> Progress:
        """Channels of Studio, deleted ones too."""
        writes = ChannelStore.open().removals(erasure.user_id, TOGETHER)
        is_all = len(writes) < TOGETHER
        return Progress({"studio_channels": len(writes) - is_all}, tuple(writes), None if is_all else "")

    def reactions(self, erasure: Erasure) -> Progress:
        """What they think of videos, which counts no more."""
        most = TOGETHER // forgetting.WRITES_EACH
        found = forgetting.removals(erasure.user_id, most)
        writes = tuple(write for some in found for write in some)
        return Progress({"reactions": len(found)}, writes, "" if len(found) == most else None)

    def comments(self, erasure: Erasure) -> Progress:
        """What they said, which stays without a word where it was answered, and what they reported."""
        did = comments.removals(erasure.user_id)
        return Progress(*did, "") if did else Progress()

    def open_jobs(self, erasure: Erasure) -> Progress:
        """Jobs that go on are cancelled."""
        store, user_id = self.jobs.moves.jobs, erasure.user_id
        found = [job for status in OPEN for job in store.of_owner(user_id, status, "", AT_ONCE)]
        for job in found:
            self._cancel(job.id, user_id)
        return Progress(position="" if found else None)

    def _cancel(self, job_id: str, user_id: str) -> None:
        try:
            self.jobs.cancel(job_id, user_id)
        except (JobOverError, JobNotFoundError):
            return

    def own_videos(self, erasure: Erasure) -> Progress:
        """Videos are deleted, and `tidy_media` erases all versions of their objects; then their rows are gone."""
        user_id = erasure.user_id
        if erasure.position != COUNTED:
            return Progress({"videos": self.lists.read(user_id).total}, position=COUNTED)
        found = self.lists.cards(user_id, "", AT_ONCE).cards
        for card in found:
            self._delete(card.id, user_id)
        if found:
            return Progress(position=COUNTED)
        return Progress(waits=bool(self.lists.cards(user_id, DELETED, 1).cards))

    def _delete(self, video_id: str, user_id: str) -> None:
        try:
            self.videos.delete(video_id, user_id)
        except VideoNotFoundError:
            return

    def _edges(self, side: Side) -> Step:
        """Those who follow the user, or whom the user follows; the others' numbers are right at once."""

        def erase(erasure: Erasure) -> Progress:
            writes = erasures(side, erasure.user_id, TOGETHER // 2)
            return Progress({side: len(writes) // 2}, tuple(writes), "" if writes else None)

        return erase

    def feed(self, erasure: Erasure) -> Progress:
        """What lies in their feed."""
        user_id = erasure.user_id
        places = feeds.FeedStore().places(user_id, TOGETHER)
        writes = tuple(feeds.removal(user_id, place) for place in places)
        return Progress({"feed_entries": len(writes)}, writes, "" if writes else None)

    def notifications(self, erasure: Erasure) -> Progress:
        """What they were told of others, and what of it is unread."""
        count, writes = notification_removals(erasure.user_id, TOGETHER)
        return Progress({"notifications": count}, tuple(writes), "" if writes else None)

    def own_jobs(self, erasure: Erasure) -> Progress:
        """Jobs, what was asked for, and their ledgers. Nothing works on them any more: their videos are gone."""
        store, user_id = self.jobs.moves.jobs, erasure.user_id
        if erasure.position != COUNTED:
            return Progress({"jobs": store.account(user_id).total}, position=COUNTED)
        found = store.of_owner(user_id, None, "", 1)
        if not found:
            return Progress()
        return Progress(writes=tuple(job_rows.removals(found[0].id, TOGETHER)), position=COUNTED)

    def _objects(self, kind: str, prefix: str) -> Step:
        """Objects that belong to no video."""

        def erase(erasure: Erasure) -> Progress:
            folder = f"{prefix}{erasure.user_id}/"
            if erasure.position != COUNTED:
                return Progress({kind: self.objects.versions(folder)}, position=COUNTED)
            self.objects.erase(folder)
            return Progress()

        return erase

    def edge(self, erasure: Erasure) -> Progress:
        """What the edge keeps of the user's pictures, which need no token."""
        invalidate("MEDIA_DISTRIBUTION", avatar_pattern(erasure.user_id), f"{erasure.user_id}-erased-{erasure.step}")
        return Progress()

    def numbers(self, erasure: Erasure) -> Progress:
        """What counts a user's videos, jobs and followers, and what these have cost."""
        counted = (collections.removal(erasure.user_id), *counts.removal(subject(erasure.user_id)))
        books, is_all = job_rows.book_removals(erasure.user_id, TOGETHER - len(counted))
        return Progress(writes=(*counted, *books), position=None if is_all else "")

    def _traces(self, table: Table, kind: str) -> Step:
        """Rows of a table whose keys do not lead to the user."""
        return lambda erasure: traces(erasure, table, kind)


TRACED = {SESSIONS: "sessions", USERS: "identities", LIMITS: "limits", IDEMPOTENCY: "answers"}
"""Table -> kind of what it has of a user."""


def _quiet(erasure: Erasure) -> Progress:
    """Wait until nothing can arrive any more."""
    return Progress(waits=not is_quiet(erasure.closed_at))
