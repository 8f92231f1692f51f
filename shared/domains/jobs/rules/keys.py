"""Keys in the table `jobs`: a job, its request and its ledger lie together, and so do an owner's books."""

from shared.domains.videos.rules.work import WORK

JOB = "job"
REQUEST = "request"
LEDGER = "ledger#"
ACCOUNT = "account"
MONTH = "month#"

HEARD = f"{WORK}heard/"
"""Where times of words are kept by owner and content; the bucket forgets them after two days."""


def job_key(job_id: str, what: str = JOB) -> dict[str, str]:
    """The key of a job's row, or of something that belongs to the job."""
    return {"pk": f"job#{job_id}", "sk": what}


def hand_out_key(video_id: str) -> str:
    """Where the bucket has what an outside renderer has to know of the job that makes a video."""
    return f"{WORK}{video_id}/hand-out.json"


def account_key(owner_id: str) -> dict[str, str]:
    """The key of the owner's account."""
    return {"pk": f"owner#{owner_id}", "sk": ACCOUNT}


def month_key(owner_id: str, day: str) -> dict[str, str]:
    """The key of the month of the owner's in which a day (2026-01-31) lies."""
    return {"pk": account_key(owner_id)["pk"], "sk": MONTH + day[: len("2026-01")]}


def try_key(attempt: int, step: str, number: int, worker: int | None = None) -> str:
    """The key of a try: attempt, step and, where several share it, the worker, and the number of the try from 0."""
    return f"{attempt:03}/{step}{'' if worker is None else f'-{worker:03}'}/{number:03}"


def is_later_try(key: str, than: str) -> bool:
    """Whether a key is that of a later try of the same step, worker and attempt."""
    (step, _, number), (other, _, before) = key.rpartition("/"), than.rpartition("/")
    return step == other and number > before


def execution_name(job_id: str, attempt: int) -> str:
    """The one name of the execution of one attempt."""
    return f"{job_id}-{attempt}"
