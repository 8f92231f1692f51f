"""A video as callers see it (the Watch edition)."""

from pydantic import BaseModel

from shared.domains.accounts.rules.pictures import avatar_address
from shared.domains.videos.model import Author, Card, Numbers, Status, Video, Visibility
from shared.domains.videos.rules.addresses import MediaAddresses
from shared.domains.videos.rules.keys import MASTER, POSTER, PREVIEW, STORYBOARD
from shared.domains.videos.rules.status import CANCELLED_CODE, CANCELLED_MESSAGE, processing_status


class AuthorAnswer(BaseModel):
    """Who published a video. `avatar_url` is the address of a picture that stands for none while they have none.

    `follower_count` is null: it is theirs to show, and `GET /api/users/{user_id}` tells it to whoever may see their
    profile.
    """

    id: str
    username: str
    display_name: str
    avatar_url: str
    follower_count: int | None
    verified: bool


class MetricsAnswer(BaseModel):
    """How a video is watched: minutes in all, a share from 0 to 1, and the percentage still watching at each step.

    The curve has twenty steps of 5 % of the film, and is empty until a player has told how long it was watched.
    `engagement_rate` is likes, dislikes and comments together for each view, at most 1; 0 without views.
    """

    watch_time_minutes: float
    engagement_rate: float
    retention_curve: list[float]


class ProcessingErrorAnswer(BaseModel):
    """Why a video could not be processed: a stable code, and a sentence."""

    code: str
    message: str


class VideoAnswer(BaseModel):
    """A video. Addresses are null, and `quality_variants` is empty, until it is ready. `duration` is in seconds.

    While it is processed, `video_url` is a stream that grows as soon as its beginning can be played. A player that has
    begun on it goes on to the end, in all qualities.

    `quality_variants` are MP4 files in H.264; the stream may have more codecs.

    `storyboard_url` is a WebVTT file whose cues name parts of a sheet of small pictures, for the place that a viewer
    points at; `preview_url` is a silent MP4 of three seconds from all over the video. Both are null where an outside
    encoder made the stream.
    """

    id: str
    title: str
    description: str
    thumbnail_url: str | None
    video_url: str | None
    storyboard_url: str | None
    preview_url: str | None
    duration: float | None
    view_count: int
    like_count: int
    dislike_count: int
    comment_count: int
    author: AuthorAnswer
    tags: list[str]
    category: str
    visibility: Visibility
    created_at: str
    published_at: str | None
    updated_at: str
    processing_status: str
    processing_error: ProcessingErrorAnswer | None
    progress: int
    current_step: str | None
    quality_variants: dict[str, str]
    metrics: MetricsAnswer


def answer(video: Video, numbers: Numbers, addresses: MediaAddresses | None, base: str) -> VideoAnswer:
    """The answer about a video; `addresses` are None for one whose media nobody can fetch yet.

    base  the media server's address
    """
    links = _links(video, addresses) if addresses else {}
    return VideoAnswer(
        id=video.id,
        title=video.title,
        description=video.description,
        thumbnail_url=links.pop("thumbnail", None),
        video_url=links.pop("video", None),
        storyboard_url=links.pop("storyboard", None),
        preview_url=links.pop("preview", None),
        duration=video.duration,
        view_count=numbers.views,
        like_count=numbers.likes,
        dislike_count=numbers.dislikes,
        comment_count=numbers.comments,
        author=_author(video.author, base),
        tags=list(video.tags),
        category=video.category,
        visibility=video.visibility,
        created_at=video.created_at,
        published_at=video.published_at or None,
        updated_at=video.updated_at,
        processing_status=processing_status(video.status),
        processing_error=_error(video),
        progress=video.progress,
        current_step=video.current_step or None,
        quality_variants=links,
        metrics=_metrics(numbers),
    )


def _metrics(numbers: Numbers) -> MetricsAnswer:
    return MetricsAnswer(
        watch_time_minutes=round(numbers.watch_seconds / 60, 1),
        engagement_rate=engagement_rate(numbers),
        retention_curve=retention(numbers.reached),
    )


def retention(reached: tuple[int, ...]) -> list[float]:
    """The percentage that came to each step of the video at least, of all who told how far; [] when nobody has.

    reached  how many came to each step, and no further
    """
    return [round(100 * sum(reached[step:]) / sum(reached), 1) for step in range(len(reached))]


def engagement_rate(numbers: Numbers) -> float:
    """Likes, dislikes and comments together for each view, at most 1; 0 without views."""
    if not numbers.views:
        return 0
    return min(1, round((numbers.likes + numbers.dislikes + numbers.comments) / numbers.views, 4))


def _links(video: Video, addresses: MediaAddresses) -> dict[str, str]:
    """Addresses by rung, and by the names of what else can be fetched: the stream, its picture and illustrations."""
    if video.status is Status.PROCESSING:
        return {"video": addresses.early}
    common = [variant for variant in video.variants if variant.is_common]
    links = {variant.name: variant.url or addresses.of(f"{variant.name}.mp4") for variant in common}
    foreign = next((variant.url for variant in video.variants if variant.url), "")
    links["video"] = foreign or addresses.of(MASTER)
    if picture := picture_address(video, addresses):
        links["thumbnail"] = picture
    if video.is_illustrated:
        links |= {"storyboard": addresses.of(STORYBOARD), "preview": addresses.of(PREVIEW)}
    return links


def picture_address(video: Video | Card, addresses: MediaAddresses) -> str | None:
    """Where the picture of a video is that can be watched: the one that was chosen, or the poster; None without one."""
    if picture := video.thumbnail or (POSTER if video.has_poster else ""):
        return addresses.of(picture)
    return video.poster_url or None


def _author(author: Author, base: str) -> AuthorAnswer:
    return AuthorAnswer(
        id=author.id,
        username=author.username,
        display_name=author.display_name,
        avatar_url=avatar_address(author.avatar_url, base),
        follower_count=None,
        verified=author.verified,
    )


def _error(video: Video) -> ProcessingErrorAnswer | None:
    if video.status is Status.CANCELLED:
        return ProcessingErrorAnswer(code=CANCELLED_CODE, message=CANCELLED_MESSAGE)
    if video.status is Status.FAILED:
        return ProcessingErrorAnswer(code=video.error_code, message=video.error_message)
    return None
