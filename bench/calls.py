"""AWS calls of each endpoint's main path, through its real handler, on an in-memory AWS that counts them.

Warm is the third request of a busy caller: clients, keys, secrets, sessions and the state of the stage are there, and a
lease on the general limits, which falls to one request of several, is not counted.
What an Idempotency-Key costs, two calls, is not counted: no request carries one.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bench.channels import CHANNELS
from bench.commenting import COMMENTING
from bench.figures import Figure
from bench.follows import FOLLOWS
from bench.people import PEOPLE, Request, get
from bench.telling import TELLING
from bench.viewers import VIEWERS, on_video
from bench.world import SIZE, World, world
from infra.parts.discovery import endpoints
from shared.contract.resources import LIMITS
from shared.domains.operations.service import maintenance
from shared.http import limiting
from tests.aws import Call, real_name

MOST, OFTEN, SHARE_OVER = 3, 2, 10.0
"""No endpoint makes more than `MOST` calls, and at most so many percent of them more than `OFTEN`."""
WARM_UPS = 2
PICTURE = {"filename": "a.jpg", "file_size": 1, "content_type": "image/jpeg"}
_VIDEO = "/api/videos/{video}"
FILE = {"filename": "film.mp4", "file_size": SIZE, "content_type": "video/mp4"}


@dataclass(frozen=True)
class Counted:
    """Calls of one endpoint: warm, and when a lease on the limits and what is known of maintenance have just ended."""

    name: str
    warm: tuple[str, ...]
    leasing: tuple[str, ...]


def _get_as_service(name: str, path: str, permission: str) -> Callable[[World], Request]:
    def prepare(world: World) -> Request:
        token = world.service(permission)
        return lambda: world.ask(name, "GET", path, token=token)

    return prepare


def _thumbnail(world: World) -> Request:
    body = {**PICTURE, "video_id": world.upload().video.id}
    return lambda: world.own("uploads.request_thumbnail_upload", "POST", "/api/upload/thumbnail/request", body)


def _multipart(world: World) -> Request:
    body = {**FILE, "multipart": True}
    return lambda: world.own("uploads.request_video_upload", "POST", "/api/upload/video/request", body)


def _resume(world: World) -> Request:
    upload = world.upload(multipart=True)
    world.part(upload)
    return lambda: world.own("uploads.get_video_upload", "GET", f"/api/upload/video/{upload.video.id}")


def _complete(world: World) -> Request:
    upload = world.upload(multipart=True)
    body = {"upload_id": upload.video.upload_id, "parts": [world.part(upload)]}
    path = f"/api/upload/video/{upload.video.id}/complete"
    return lambda: world.own("uploads.complete_video_upload", "POST", path, body)


def _abort(world: World) -> Request:
    path = f"/api/upload/video/{world.upload(multipart=True).video.id}"
    return lambda: world.own("uploads.abort_video_upload", "DELETE", path)


def _report(world: World) -> Request:
    video_id = world.handed_out()
    return lambda: world.report(video_id)


def _report_rendered(world: World) -> Request:
    job = world.left_outside()
    return lambda: world.report_rendered(job)


def _on_job(name: str, method: str, path: str) -> Callable[[World], Request]:
    def prepare(world: World) -> Request:
        made = world.ordered() if "cancel" in name else world.rendered()
        return lambda: world.own(name, method, path.format(job=made.id, video=made.video_id))

    return prepare


def _retry(world: World) -> Request:
    job = world.failed()
    return lambda: world.own("jobs.retry_job", "POST", f"/api/v1/jobs/{job.id}/retry")


def _edit_studio_video(world: World) -> Request:
    path = f"/api/v1/videos/{world.rendered().video_id}"
    return lambda: world.own("studio.edit_studio_video", "PATCH", path, {"title": "New"})


def _generate(world: World) -> Request:
    """A configuration that names a video of the caller's."""
    film = {"type": "video", "src": world.ready()}
    body = [{"scenes": [{"id": "one", "duration": 2, "elements": [film]}]}]
    world.close_jobs()
    return lambda: world.order("jobs.generate_video", "/api/v1/videos", body)


def _edit_clip(world: World) -> Request:
    body = {"video_id": world.ready(), "composition": {"trim": {"start": 0, "end": 2}}}
    world.close_jobs()
    return lambda: world.order("jobs.create_render", "/api/render", body)


REQUESTS: dict[str, Callable[[World], Request]] = (
    PEOPLE
    | VIEWERS
    | COMMENTING
    | CHANNELS
    | FOLLOWS
    | TELLING
    | {
        "get_root": get("operations.get_root", "/api/"),
        "get_api_health": get("operations.get_api_health", "/api/health"),
        "get_admin_health": _get_as_service("operations.get_admin_health", "/api/v1/admin/health", "internal:health"),
        "get_metrics": _get_as_service("operations.get_metrics", "/metrics", "internal:metrics"),
        "get_health": get("operations.get_health", "/health"),
        "get_detailed_health": get("operations.get_detailed_health", "/health/detailed"),
        "get_liveness": get("operations.get_liveness", "/health/live"),
        "get_readiness": get("operations.get_readiness", "/health/ready"),
        "ping": get("operations.ping", "/ping"),
        "request_thumbnail_upload": _thumbnail,
        "request_video_upload": _multipart,
        "abort_video_upload": _abort,
        "get_video_upload": _resume,
        "complete_video_upload": _complete,
        "delete_video": on_video("videos.delete_video", "DELETE", _VIDEO),
        "get_video": on_video("videos.get_video", "GET", _VIDEO),
        "edit_video": on_video("videos.edit_video", "PATCH", _VIDEO, {"title": "New"}),
        "report_processed": _report,
        "report_rendered": _report_rendered,
        "generate_video": _generate,
        "create_render": _edit_clip,
        "get_job": _on_job("jobs.get_job", "GET", "/api/v1/jobs/{job}"),
        "get_job_status": _on_job("jobs.get_job_status", "GET", "/api/v1/jobs/{job}/status"),
        "get_render": _on_job("jobs.get_render", "GET", "/api/render/{job}"),
        "list_jobs": _on_job("jobs.list_jobs", "GET", "/api/v1/jobs"),
        "list_renders": _on_job("jobs.list_renders", "GET", "/api/render/jobs"),
        "cancel_job": _on_job("jobs.cancel_job", "POST", "/api/v1/jobs/{job}/cancel"),
        "cancel_render": _on_job("jobs.cancel_render", "DELETE", "/api/render/{job}"),
        "retry_job": _retry,
        "download_render": _on_job("jobs.download_render", "GET", "/api/download/{job}"),
        "download_thumbnail": _on_job("jobs.download_thumbnail", "GET", "/api/download/{job}/thumbnail"),
        "list_studio_videos": _on_job("studio.list_studio_videos", "GET", "/api/v1/videos"),
        "get_studio_video": _on_job("studio.get_studio_video", "GET", "/api/v1/videos/{video}"),
        "get_studio_video_status": _on_job("studio.get_studio_video_status", "GET", "/api/v1/videos/{video}/status"),
        "get_studio_video_cost": _on_job("studio.get_studio_video_cost", "GET", "/api/v1/videos/{video}/cost"),
        "download_studio_video": _on_job("studio.download_studio_video", "GET", "/api/v1/videos/{video}/download"),
        "edit_studio_video": _edit_studio_video,
        "delete_studio_video": _on_job("studio.delete_studio_video", "DELETE", "/api/v1/videos/{video}"),
    }
)
"""Endpoint -> what sets its main path up and gives its request. Where there are two, the dearer one."""

_GENERAL = ("user#", "address#")
"""How the keys of the general limits begin."""


def count() -> list[Counted]:
    """The calls of every endpoint but the one for unknown routes, which needs nothing of AWS."""
    with world() as here:
        return [_counted(here, name) for name in REQUESTS]


def _counted(here: World, name: str) -> Counted:
    prepare = REQUESTS[name]
    maintenance.forget()
    here.settle()
    for _ in range(WARM_UPS):
        prepare(here)()
    request, before = prepare(here), len(here.stage.calls)
    request()
    warm = [str(call) for call in here.stage.calls[before:] if not _is_lease(call)]
    request = prepare(here)
    limiting.forget()
    maintenance.forget()
    return Counted(name, tuple(warm), tuple(here.stage.calls_of(request)))


def _is_lease(call: Call) -> bool:
    """Whether a call takes tokens out of a general limit, which happens to fall to one request of several."""
    asked = call.parameters
    is_update = (call.operation, asked.get("TableName")) == ("UpdateItem", real_name(LIMITS))
    return is_update and asked["Key"]["bucket"]["S"].startswith(_GENERAL)


def missing() -> set[str]:
    """Endpoints that nobody counts."""
    return {room.name for room, endpoint in endpoints() if endpoint.path.startswith("/")} - set(REQUESTS)


def measure() -> list[Figure]:
    """Count, and tell."""
    if missing():
        raise LookupError(f"bench/calls.py has no request for {', '.join(sorted(missing()))}")
    return figures(count())


def figures(found: list[Counted]) -> list[Figure]:
    """The share of endpoints with more calls than is good, the most calls, then each endpoint, the dearest first."""
    over = 100 * sum(len(one.warm) > OFTEN for one in found) / len(found)
    rows = [
        Figure(f"endpoints over {OFTEN} AWS calls, warm (of {len(found)})", round(over, 1), "%", SHARE_OVER),
        Figure("AWS calls of an endpoint, most, warm", max(len(one.warm) for one in found), "calls", MOST),
        Figure(
            "AWS calls, most, with a new lease on the limits",
            max(len(one.leasing) for one in found),
            "calls",
        ),
    ]
    for one in sorted(found, key=lambda one: (-len(one.warm), one.name)):
        calls = ", ".join(call.partition(":")[2] for call in one.warm)
        rows.append(Figure(f"AWS calls, {one.name}{calls and f' ({calls})'}", len(one.warm), "calls", MOST))
    return rows
