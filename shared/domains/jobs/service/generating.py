"""Videos from scene configurations: what is wrong with one is told at once, all else is a job."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from shared.base.errors import InvalidInputError
from shared.domains.jobs.model import Job, Kind
from shared.domains.jobs.rules.dry_run import DryRunAnswer, answer, assumed, told
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
MOST_SOURCES = 100
"""Of a project; so many rows are read at once."""

GONE = (Status.DELETED, Status.CANCELLED, Status.FAILED)


@dataclass(frozen=True)
class GenerationService:
    """Takes configurations."""

    orders: OrderService

    @classmethod
    def open(cls) -> "GenerationService":
        """On the stage's tables."""
        return cls(OrderService.open())

    def generate(self, owner: Author, configuration: Any, tier: str) -> Job:
        """A job for a configuration: three calls, two when it names none of the owner's videos.

        Raises InvalidInputError with every problem that can be seen without looking into the sources, and
        TooManyJobsError.
        """
        project = self.checked(owner.id, configuration)
        return self.orders.order(owner, Order(Kind.SCENES, _title(project), configuration), tier)

    def render(self, owner: Author, sources: list[str], composition: Any, tier: str) -> Job:
        """A job for an edit of a clip, or, without any source, for a scene configuration: as many calls as `generate`.

        Raises the same, with the places of an edit below `composition`.
        """
        if len(sources) > 1:
            raise InvalidInputError.of("video_id", "An edit has one source: name a clip or a video")
        if not sources:
            project = self.checked(owner.id, composition, "composition")
            return self.orders.order(owner, Order(Kind.SCENES, _title(project), composition), tier)
        configuration = self._compiled(owner.id, sources[0], composition)
        return self.orders.order(owner, Order(Kind.CLIP, EDITED, configuration), tier)

    def _compiled(self, owner_id: str, src: str, edit: Any) -> Any:
        """The scene configuration of an edit."""
        from shared.media.scene.layouts import compile_edit

        compiled = compile_edit(edit, src)
        if error := refusal(compiled.problems, "composition"):
            raise error
        self.checked(owner_id, compiled.configuration, "composition")
        return compiled.configuration

    def checked(self, owner_id: str, configuration: Any, member: str = "") -> Project:
        """The one project of a configuration. Raises InvalidInputError.

        member  of the request that the configuration is, "" when it is the whole
        """
        examined = self._examine(owner_id, configuration)
        if error := refusal(examined.problems, member):
            raise error
        return examined.project

    def dry_run(self, owner_id: str, configuration: Any) -> DryRunAnswer:
        """What a render would be like, as far as that is known without fetching or decoding: one call at most."""
        from shared.media.scene.report import report

        examined = self._examine(owner_id, configuration)
        problems = tuple(examined.problems)
        if refusal(problems):
            return DryRunAnswer(valid=False, complete=True, problems=told(problems))
        media = {source.src: examined.media(source.src) for source in examined.project.sources()}
        known = {src: probed for src, probed in media.items() if probed}
        if len(known) < len(media):
            return DryRunAnswer(valid=True, complete=False, problems=told(problems))
        found = report(examined.project, known, root=examined.root, transcribes=is_transcribing())
        return answer(found, problems, expected_words(examined.project, known))

    def _examine(self, owner_id: str, configuration: Any) -> "_Examined":
        """Everything that can be said of a configuration without looking into its sources."""
        parsed = parse(configuration)
        problems = list(parsed.problems)
        if not parsed.projects:
            return _Examined(None, problems, {})
        if len(parsed.projects) > 1:
            message = "One request makes one video: send the other projects by themselves."
            problems.append(Problem("/1", "TOO_MANY", message))
        project = parsed.projects[0]
        root = parsed.root
        wanted = {video_id for source in project.sources() if (video_id := own_video(source.src))}
        if len(project.sources()) > MOST_SOURCES:
            problems.append(Problem(root, "TOO_MANY", f"A project has at most {MOST_SOURCES} sources."))
            return _Examined(project, problems, {}, root)
        videos = {video.id: video for video in self.orders.moves.videos.many(wanted) if _is_usable(video, owner_id)}
        problems += _source_problems(project, videos, root)
        return _Examined(project, problems, videos, root)


@dataclass(frozen=True)
class _Examined:
    """A configuration, its problems, and those of the owner's videos that are its sources."""

    found: Project | None
    problems: list[Problem]
    videos: dict[str, Video]
    root: str = ""

    @property
    def project(self) -> Project:
        """There is one whenever no problem is an error."""
        assert self.found is not None
        return self.found

    def media(self, src: str) -> Probed | None:
        """What is known of a source without looking into it."""
        video = self.videos.get(own_video(src) or "")
        return assumed(video) if video else None


def _source_problems(project: Project, videos: dict[str, Video], root: str) -> Iterator[Problem]:
    """What is wrong with sources by their form, and those that are no videos of the owner's."""
    for element, path, scene_id in project.places():
        src = getattr(element, "src", None)
        if src is None:
            continue
        place, video_id = root + pointer((*path, "src")), own_video(src)
        if message := fault(src):
            yield Problem(place, "INVALID_FORMAT", message, scene_id)
        elif video_id and video_id not in videos:
            yield Problem(place, "SOURCE_MISSING", "You have no such video.", scene_id)


def _is_usable(video: Video, owner_id: str) -> bool:
    return video.owner_id == owner_id and video.status not in GONE


def _title(project: Project) -> str:
    """The title of a video: what the project says about itself."""
    shown = "".join(" " if unicodedata.category(character)[0] == "C" else character for character in project.comment)
    return " ".join(shown.split())[:TITLE_LENGTH].strip() or UNTITLED
