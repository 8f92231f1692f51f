"""Videos from scene configurations: what is wrong with one is told at once, all else is a job."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from shared.base.errors import InvalidInputError
from shared.domains.jobs.model import Job, Kind
from shared.domains.jobs.rules.problems import refusal
from shared.domains.jobs.rules.sources import fault, own_video
from shared.domains.jobs.service.ordering import Order, OrderService
from shared.domains.videos.model import Author, Status, Video
from shared.domains.videos.rules.uploads import TITLE_LENGTH, UNTITLED
from shared.media.scene.config import parse
from shared.media.scene.model import Project
from shared.media.scene.problems import Problem, pointer

EDITED = "Edited clip"
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
        project, _ = self.checked(owner.id, configuration)
        return self.orders.order(owner, Order(Kind.SCENES, _title(project), configuration), tier)

    def render(self, owner: Author, sources: list[str], composition: Any, tier: str) -> Job:
        """A job for an edit of a clip, or, without any source, for a scene configuration: as many calls as `generate`.

        Raises the same, with the places of an edit below `composition`.
        """
        if len(sources) > 1:
            raise InvalidInputError.of("video_id", "An edit has one source: name a clip or a video")
        if not sources:
            project, configuration = self._below(owner.id, composition), composition
            return self.orders.order(owner, Order(Kind.SCENES, _title(project), configuration), tier)
        configuration = self._compiled(owner.id, sources[0], composition)
        return self.orders.order(owner, Order(Kind.CLIP, EDITED, configuration), tier)

    def _compiled(self, owner_id: str, src: str, edit: Any) -> Any:
        """The scene configuration of an edit."""
        from shared.media.scene.layouts import compile_edit

        compiled = compile_edit(edit, src)
        if error := refusal(compiled.problems, "composition"):
            raise error
        self._below(owner_id, compiled.configuration)
        return compiled.configuration

    def _below(self, owner_id: str, configuration: Any) -> Project:
        """The project of a configuration that is a member of the request."""
        return self.checked(owner_id, configuration, "composition")[0]

    def checked(self, owner_id: str, configuration: Any, member: str = "") -> tuple[Project, list[Problem]]:
        """The one project of a configuration, and what is questionable about it. Raises InvalidInputError.

        member  of the request that the configuration is, "" when it is the whole
        """
        parsed = parse(configuration)
        problems = list(parsed.problems)
        if len(parsed.projects) > 1:
            message = "One request makes one video: send the other projects by themselves."
            problems.append(Problem("/1", "TOO_MANY", message))
        for project in parsed.projects[:1]:
            problems += self._source_problems(owner_id, project, isinstance(configuration, list))
        if error := refusal(problems, member):
            raise error
        return parsed.projects[0], problems

    def _source_problems(self, owner_id: str, project: Project, in_array: bool) -> Iterator[Problem]:
        """What is wrong with sources by their form, and those that are no videos of the owner's."""
        wanted = {video_id for source in project.sources() if (video_id := own_video(source.src))}
        theirs = {video.id for video in self.orders.moves.videos.many(wanted) if _is_usable(video, owner_id)}
        root = (0,) if in_array else ()
        for element, path, scene_id in project.places():
            src = getattr(element, "src", None)
            if src is None:
                continue
            place = pointer((*root, *path, "src"))
            if message := fault(src):
                yield Problem(place, "INVALID_FORMAT", message, scene_id)
            elif (video_id := own_video(src)) and video_id not in theirs:
                yield Problem(place, "SOURCE_MISSING", "You have no such video.", scene_id)


def _is_usable(video: Video, owner_id: str) -> bool:
    return video.owner_id == owner_id and video.status not in GONE


def _title(project: Project) -> str:
    """The title of a video: what the project says about itself."""
    shown = "".join(" " if unicodedata.category(character)[0] == "C" else character for character in project.comment)
    return " ".join(shown.split())[:TITLE_LENGTH].strip() or UNTITLED
