"""The resources of a stage, each under the one name by which needs refer to it."""

from shared.contract.needs import (
    Account,
    Bucket,
    Distribution,
    Function,
    Index,
    Kind,
    Machine,
    Parameter,
    Secret,
    Table,
)

USERS = Table(Kind.TABLE, "users", key="pk")
SESSIONS = Table(Kind.TABLE, "sessions", key="session_id", ttl="expires_at")
VIDEOS = Table(
    Kind.TABLE,
    "videos",
    key="video_id",
    indexes=(Index("by_state", key="open_state", sort="touched_at", projected=("execution_arn",)),),
)
LIMITS = Table(Kind.TABLE, "limits", key="bucket", ttl="expires_at")
IDEMPOTENCY = Table(Kind.TABLE, "idempotency", key="key", ttl="expires_at")
OPERATIONS = Table(Kind.TABLE, "operations", key="pk", ttl="expires_at")

MEDIA = Bucket(Kind.BUCKET, "media")

SIGNING_KEYS = Secret(Kind.SECRET, "signing-keys", description="Private keys that sign our tokens (JWK set)")
PASSWORD_PEPPER = Secret(Kind.SECRET, "password-pepper", description="Key of the hash that precedes bcrypt")
MEDIA_KEY = Secret(Kind.SECRET, "media-key", description="Key of the tokens in media addresses")
WEBHOOK = Secret(Kind.SECRET, "video-processing-webhook", description="Signs the reports of an outside encoder")
PUBLIC_KEYS = Parameter(Kind.PARAMETER, "public-keys")

TRANSCODE = Machine(Kind.MACHINE, "transcode")
CHECK_MEDIA_TOOLS = Function(Kind.FUNCTION, "check_media_tools")
EDGE = Distribution(Kind.DISTRIBUTION, "media")
CLOUDWATCH = Account(Kind.ACCOUNT, "cloudwatch")

TABLES = (USERS, SESSIONS, VIDEOS, LIMITS, IDEMPOTENCY, OPERATIONS)
SECRETS = (SIGNING_KEYS, PASSWORD_PEPPER, MEDIA_KEY, WEBHOOK)
