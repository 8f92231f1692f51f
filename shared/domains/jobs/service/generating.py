"""Videos from scene configurations: what is wrong with one is told at once, all else is a job."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from shared.base.errors import InvalidInputError
from shared.domains.jobs.errors import SourcesChangedError
from shared.domains.jobs.model import Job, Kind
from shared.domains.jobs.rules.dry_run import DryRunAnswer, answer, assumed, told
from shared.domains.jobs.rules.estimates import least_cost
from shared.domains.jobs.rules.problems import refusal
from shared.domains.jobs.rules.sources import fault, own_video
from shared.domains.jobs.service.ordering import Order, OrderService
from shared.domains.jobs.service.transcribing import expected_words, is_transcribing
from shared.domains.videos.model import Author, Status, Video
from shared.domains.videos.rules.uploads import TITLE_LENGTH, UNTITLED
from shared.media.scene.config import parse
from shared.media.scene.model import Project
from shared.media.scene.problems import Problem, pointer
from shared.media.scene.sources import Probed

EDITED = "Edited clip"
COMPOSITION = "/composition"
MOST_SOURCES = 100
MOST_VIDEOS = 90
"""Of a project; the order checks them in its own transaction, which has at most 100 items."""

GONE = (Status.DELETED, Status.CANCELLED, Status.FAILED)


Place = Callable[[Problem], Problem]
"""A problem of a configuration as one of the request that has brought it."""


@dataclass(frozen=True)
class GenerationService:
    """Takes configurations."""

    orders: OrderService

    @classmethod
    def open(cls) -> "GenerationService":
        """On the stage's tables."""
        return cls(OrderService.open())

    def generate(self, owner: Author, configuration: Any, tier: str) -> Job:
        """A job for a configuration: one call, and another when something is wrong with its sources.

        Raises InvalidInputError with every problem that can be seen without looking into the sources,
        TooManyJobsError, DailyVideosError, BudgetError, SourcesChangedError.
        """
        return self._ordered(owner, Kind.SCENES, configuration, tier, _as_it_is)

    def render(self, owner: Author, sources: dict[str, str], composition: Any, tier: str) -> Job:
        """A job for an edit of a clip, or, without any source, for a scene configuration: as many calls as `generate`.

        Raises the same, with places in the request: the edit is its `composition`.
        sources  the field that names the clip -> the clip
        """
        if len(sources) > 1:
            raise InvalidInputError.of("video_id", "An edit has one source: name a clip or a video")
        if not sources:
            return self._ordered(owner, Kind.SCENES, composition, tier, _in_composition)
        from shared.media.scene.layouts import compile_edit

        ((field, src),) = sources.items()
        compiled = compile_edit(composition, src)
        place = partial(_of_edit, compiled.edit, field)
        if error := refusal((*map(_in_composition, compiled.problems), *map(place, compiled.compiled))):
            raise error
        return self._ordered(owner, Kind.CLIP, compiled.configuration, tier, place)

    def _ordered(self, owner: Author, kind: Kind, configuration: Any, tier: str, place: Place) -> Job:
        """The job, once nothing is wrong. That its videos are the owner's is a condition of the order itself."""
        examined = _examine(configuration)
        if refusal(examined.problems):
            examined = self._with_videos(owner.id, examined)  # so that all that is wrong is told at once
        if error := refusal(map(place, examined.problems)):
            raise error
        title = EDITED if kind is Kind.CLIP else _title(examined.project)
        store = self.orders.moves.videos
        checks = tuple(store.check(video_id, owner.id, *GONE) for video_id in sorted(examined.wanted))
        try:
            order = Order(kind, title, configuration, least_cost(examined.project))
            return self.orders.order(owner, order, tier, checks)
        except SourcesChangedError:
            found = self._with_videos(owner.id, examined)
            if error := refusal(map(place, found.problems)):
                raise error from None
            raise

    def dry_run(self, owner_id: str, configuration: Any) -> DryRunAnswer:
        """What a render would be like, as far as that is known without fetching or decoding: one call at most."""
        examined = self._with_videos(owner_id, _examine(configuration))
        problems = tuple(examined.problems)
        if refusal(problems):
            return DryRunAnswer(valid=False, complete=True, problems=told(problems))
        media = {source.src: examined.media(source.src) for source in examined.project.sources()}
        known = {src: probed for src, probed in media.items() if probed}
        if len(known) < len(media):
            return DryRunAnswer(valid=True, complete=False, problems=told(problems))
        from shared.media.scene.report import report

        found = report(examined.project, known, root=examined.root, transcribes=is_transcribing())
        return answer(found, problems, expected_words(examined.project, known))

    def _with_videos(self, owner_id: str, examined: "_Examined") -> "_Examined":
        """The same with those of the owner's videos that are its sources, and the problems of those that are not."""
        if not examined.wanted:
            return examined
        found = self.orders.moves.videos.many(examined.wanted)
        videos = {video.id: video for video in found if _is_usable(video, owner_id)}
        missing = [
            Problem(place, "SOURCE_MISSING", "You have no such video.", scene_id)
            for place, src, scene_id in _places(examined.project, examined.root)
            if (video_id := own_video(src)) and video_id not in videos
        ]
        return replace(examined, problems=[*examined.problems, *missing], videos=videos)


@dataclass(frozen=True)
class _Examined:
    """A configuration, its problems, the videos that it names, and, once they are read, those that are the owner's."""

    found: Project | None
    problems: list[Problem]
    wanted: frozenset[str] = frozenset()
    root: str = ""
    videos: dict[str, Video] = field(default_factory=dict)

    @property
    def project(self) -> Project:
        """There is one whenever no problem is an error."""
        assert self.found is not None
        return self.found

    def media(self, src: str) -> Probed | None:
        """What is known of a source without looking into it."""
        video = self.videos.get(own_video(src) or "")
        return assumed(video) if video else None


def _examine(configuration: Any) -> _Examined:
    """Everything that can be said of a configuration by itself."""
    parsed = parse(configuration)
    problems = list(parsed.problems)
    if not parsed.projects:
        return _Examined(None, problems)
    if len(parsed.projects) > 1:
        message = "One request makes one video: send the other projects by themselves."
        problems.append(Problem("/1", "TOO_MANY", message))
    project, root = parsed.projects[0], parsed.root
    wanted = frozenset(video_id for source in project.sources() if (video_id := own_video(source.src)))
    if len(project.sources()) > MOST_SOURCES or len(wanted) > MOST_VIDEOS:
        message = f"A project has at most {MOST_SOURCES} sources, {MOST_VIDEOS} of them videos of yours."
        problems.append(Problem(root, "TOO_MANY", message))
        return _Examined(project, problems, root=root)
    faults = ((place, fault(src), scene_id) for place, src, scene_id in _places(project, root))
    problems += [Problem(place, "INVALID_FORMAT", message, scene_id) for place, message, scene_id in faults if message]
    return _Examined(project, problems, wanted, root)


def _places(project: Project, root: str) -> Iterator[tuple[str, str, str | None]]:
    """Place, source and scene of every element that has one."""
    for element, path, scene_id in project.places():
        src = getattr(element, "src", None)
        if src is not None:
            yield root + pointer((*path, "src")), src, scene_id


def _as_it_is(problem: Problem) -> Problem:
    return problem


def _in_composition(problem: Problem) -> Problem:
    return replace(problem, pointer=COMPOSITION + problem.pointer)


def _of_edit(edit: Any, field: str, problem: Problem) -> Problem:
    """A problem of what an edit was compiled to; `field` names the clip. Scenes mean nothing to who sent an edit."""
    from shared.media.scene.edit_places import edit_place

    place = edit_place(edit, problem.pointer)
    return replace(problem, pointer=f"/{field}" if place is None else COMPOSITION + place, scene_id=None)


def _is_usable(video: Video, owner_id: str) -> bool:
    return video.owner_id == owner_id and video.status not in GONE


def _title(project: Project) -> str:
    """The title of a video: what the project says about itself."""
    shown = "".join(" " if unicodedata.category(character)[0] == "C" else character for character in project.comment)
    return " ".join(shown.split())[:TITLE_LENGTH].strip() or UNTITLED
