"""What a job costs at the least, before anybody has looked into its sources."""

from shared.domains.jobs.rules.prices import cost_of, price_table
from shared.domains.jobs.rules.usage import expected_usage
from shared.media.cost import ENCODE
from shared.media.scene.model import Project, Scene
from shared.media.workers import Lane

_LANES: tuple[Lane, ...] = ("lambda", "batch")


def least_cost(project: Project) -> int:
    """Billionths of a US dollar for the small steps, and for encoding the times that the project names itself."""
    across, down = project.size
    frames = sum(map(_seconds, project.scenes)) * float(project.frame_rate)
    cpu_seconds = frames * across * down / 1e6 * ENCODE
    prices = price_table()
    return min(cost_of(expected_usage(cpu_seconds, lane, 1), prices) for lane in _LANES)


def _seconds(scene: Scene) -> float:
    """How long a scene lasts, as far as it says so."""
    return scene.duration or max((one.start + one.duration for one in scene.elements if one.duration), default=0.0)
