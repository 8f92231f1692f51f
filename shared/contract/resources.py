"""The resources of a stage, each under the one name by which needs refer to it."""

from dataclasses import replace

from shared.contract.needs import Bucket, Function, Index, Kind, Machine, Parameter, Secret, Table
from shared.contract.services import Account, Distribution, Identity, Key, Queue, Sockets, Transcription

USER_ENTRY = "username email display_name role tier email_verified created_at"
"""What the list of users tells of each, besides the keys."""

USERS = Table(
    Kind.TABLE,
    "users",
    key="pk",
    indexes=(Index("by_arrival", key="listed", sort="user_id", projected=tuple(USER_ENTRY.split())),),
)
USER_CARD = "user_id username display_name avatar_url role tier"
"""What every function may read of a user, whose API key calls it: nothing that is for their eyes only."""

USER_LISTED = "user_id username display_name avatar_url settings"
"""What lists of people tell of each, and what these have set about that."""

USER_PROFILE = f"{USER_LISTED} bio verified created_at"
"""What a profile tells to others. Nothing here is for the user's own eyes."""

USER_SETTINGS = "user_id settings"
"""What whoever would tell them something looks at."""

USER_NAMES = "user_id username email"

LISTED_PEOPLE, PROFILES, SETTINGS_OF_PEOPLE, NAMES_OF_PEOPLE = (
    replace(USERS.batch_get, attributes=(USERS.key, *names.split()))
    for names in (USER_LISTED, USER_PROFILE, USER_SETTINGS, USER_NAMES)
)
"""Needs of what reads that of many, or of one, together with other tables' items."""

API_KEYS = Table(Kind.TABLE, "api-keys", key="owner_id", sort="key_id")
SESSIONS = Table(Kind.TABLE, "sessions", key="user_id", sort="session_id", ttl="expires_at")
LISTED_VIDEO = ("face", "counted")
"""What lists for everybody have of a video, besides the keys: 21 entries are to be one read unit."""

VIDEO_CARD = (*LISTED_VIDEO, "unready")
"""What lists of an owner's videos have of each, besides the keys: no progress."""

VIDEOS = Table(
    Kind.TABLE,
    "videos",
    key="video_id",
    indexes=(
        Index("by_state", key="open_state", sort="touched_at", projected=("execution_arn",)),
        Index("by_owner", key="listed_owner", sort="video_id", projected=VIDEO_CARD),
        Index("by_status", key="owner_status", sort="video_id", projected=VIDEO_CARD),
        Index("by_year", key="public_year", sort="public_since", projected=LISTED_VIDEO),
        Index("by_category", key="public_category", sort="public_since", projected=LISTED_VIDEO),
        Index("by_author", key="public_author", sort="public_since", projected=LISTED_VIDEO),
    ),
)
JOB_CARD = (
    "video_id kind title status progress current_step created_at updated_at started_at completed_at "
    "estimated_seconds estimated_cost cost error_code error_message"
)
"""What lists of jobs tell of each, besides the keys."""

JOBS = Table(
    Kind.TABLE,
    "jobs",
    key="pk",
    sort="sk",
    indexes=(
        Index("by_owner", key="owner_id", sort="job_id", projected=tuple(JOB_CARD.split())),
        Index("by_status", key="owner_status", sort="job_id", projected=tuple(JOB_CARD.split())),
        Index("by_state", key="open_state", sort="touched_at", projected=("job_id",)),
    ),
)
AUDIT_ENTRY = "at action target actor acting_as key_id address route request_id result details"
"""What the audit trail tells of each act, besides the keys."""

AUDIT = Table(
    Kind.TABLE,
    "audit",
    key="month",
    sort="entry_id",
    indexes=(
        Index("by_actor", key="actor", sort="entry_id", projected=tuple(AUDIT_ENTRY.replace(" actor", "").split())),
        Index("by_target", key="target", sort="entry_id", projected=tuple(AUDIT_ENTRY.replace(" target", "").split())),
    ),
)
COUNTS = Table(Kind.TABLE, "counts", key="of")
"""How many of what a video or a user has, in several items each; see shared.base.counts."""

REACTIONS = Table(Kind.TABLE, "reactions", key="user_id", sort="target")
"""What somebody thinks of a video or a comment; `target` is `video#` or `comment#` and its id."""

FOLLOWS = Table(
    Kind.TABLE,
    "follows",
    key="follower_id",
    sort="followed_id",
    indexes=(
        Index("by_follower", key="follower_id", sort="followed_at"),
        Index("by_followed", key="followed_id", sort="followed_at"),
    ),
)
FEEDS = Table(Kind.TABLE, "feeds", key="user_id", sort="place", ttl="expires_at")
"""Videos of whom somebody follows, in a partition of theirs; `place` is when a video was published, and its id."""

COMMENTS = Table(
    Kind.TABLE,
    "comments",
    key="comment_id",
    ttl="expires_at",
    indexes=(
        Index("by_thread", key="thread", sort="comment_id", projected=("video_id",)),
        Index("by_rank", key="ranked_thread", sort="rank"),
        Index("by_author", key="author_id", sort="comment_id"),
    ),
)
"""`thread` is `video#` or `comment#` and the id of what is commented on or answered, or `reports`."""

_OF_LISTED_NOTIFICATION = "kind actor_id video_id comment_id round read"
NOTIFICATIONS = Table(
    Kind.TABLE,
    "notifications",
    key="user_id",
    sort="notification_id",
    ttl="expires_at",
    indexes=(
        Index("by_time", key="listed", sort="noticed_at", projected=tuple(_OF_LISTED_NOTIFICATION.split())),
        Index("by_video", key="video_id", sort="comment_id", projected=("kind",)),
    ),
)
"""What somebody is told of, and in their item `box` how much of it is unread.

A notification is to be told while it has `listed`, which is its user's id: kind ("comment", "reply", "follow" or
"video"), noticed_at (ISO 8601, `#` and the id), and as far as the kind has them actor_id, video_id and comment_id.
"""

VIEWS = Table(Kind.TABLE, "views", key="window", sort="part", ttl="expires_at")
"""Who has been counted as a viewer of a video in one half hour: hashes that lead to nobody, batch by batch."""

CHANNELS = Table(Kind.TABLE, "channels", key="channel", sort="item", ttl="expires_at")
"""Who is told of a video, a job or their own account as it happens, and for an hour what they were told."""

CONNECTIONS = Table(
    Kind.TABLE,
    "connections",
    key="connection_id",
    ttl="expires_at",
    indexes=(Index("by_end", key="ends_in", projected=("ends_at",)),),
)
"""Connections of the WebSocket API, how many somebody has open, and tickets that lead to one.

`ends_in` is the minute in which the token ends that somebody connected with.
"""

POSTINGS = Table(Kind.TABLE, "postings", key="term", sort="place")
"""Under which terms videos are found; see shared.domains.search.store."""

RANKINGS = Table(Kind.TABLE, "rankings", key="list", sort="generation", ttl="expires_at")
"""Ranked lists of videos, and which videos have moved; see shared.domains.ranking.store."""

_BY_STATE = (Index("by_state", key="open_state", sort="touched_at"),)
DATA_REQUESTS = Table(
    Kind.TABLE, "data-requests", key="user_id", sort="request_id", ttl="expires_at", indexes=_BY_STATE
)
STUDIO_CHANNELS = Table(Kind.TABLE, "studio-channels", key="owner_id", sort="channel_id", indexes=_BY_STATE)
"""Channels of Studio, which are not those of the table `channels`; see shared.domains.studio_channels.store."""

LIMITS = Table(Kind.TABLE, "limits", key="bucket", ttl="expires_at")
IDEMPOTENCY = Table(Kind.TABLE, "idempotency", key="key", ttl="expires_at")
OPERATIONS = Table(Kind.TABLE, "operations", key="pk", ttl="expires_at")
MAINTENANCE = "enabled message minutes since"
"""What every function may read there: whether the stage is maintained."""

MEDIA = Bucket(Kind.BUCKET, "media")
SEALS = Bucket(Kind.BUCKET, "seals")
"""What the days of the audit trail were: each object once, and locked."""

SIGNING_KEYS = Secret(Kind.SECRET, "signing-keys", description="Private keys that sign our tokens (JWK set)")
PASSWORD_PEPPER = Secret(Kind.SECRET, "password-pepper", description="Key of the hash that precedes bcrypt")
MEDIA_KEY = Secret(Kind.SECRET, "media-key", description="Key of the tokens in media addresses")
CURSOR_KEY = Secret(
    Kind.SECRET, "cursor-key", description="Signs the cursors of lists, and CSRF tokens by a key made of it"
)
WEBHOOK = Secret(Kind.SECRET, "video-processing-webhook", description="Signs the reports of an outside encoder")
REMOTION_WEBHOOK = Secret(Kind.SECRET, "remotion-webhook", description="Signs what Remotion reports of renders")
CLERK_WEBHOOK = Secret(Kind.SECRET, "clerk-webhook", description="Signs what Clerk reports of its users")
OAUTH_CLIENTS = Secret(
    Kind.SECRET, "oauth-clients", description="Secrets of our OAuth clients, a JSON object by provider"
)
ORIGIN = Secret(
    Kind.SECRET, "origin", description="What the edge shows the API, a JSON object by generation, the last two"
)
SEALING = Key(Kind.KEY, "sealing")
PUBLIC_KEYS = Parameter(Kind.PARAMETER, "public-keys")
GLOBAL_REGION = "us-east-1"
"""Where AWS wants what CloudFront uses everywhere."""

ORIGIN_DIGESTS = Parameter(Kind.PARAMETER, "origin-digests")
WEB_ACL = Parameter(Kind.PARAMETER, "web-acl", region=GLOBAL_REGION)
EDGE_WEB_ACL = Parameter(Kind.PARAMETER, "edge-web-acl")
"""The same ARN in the stage's own region."""

WATCHED = Queue(Kind.QUEUE, "watched")
"""Views of videos, to be counted."""

BROADCASTS = Queue(Kind.QUEUE, "broadcasts")
"""Channels that have something to be sent."""

SOCKETS = Sockets(Kind.SOCKETS, "live")

AUDIENCES = Queue(Kind.QUEUE, "audiences")
"""Videos that more or fewer people see than before: feeds and notifications follow."""

TRANSCODE = Machine(Kind.MACHINE, "transcode")
RENDER = Machine(Kind.MACHINE, "render")
SEND_ACCOUNT_MAIL = Function(Kind.FUNCTION, "send_account_mail")
CHECK_MEDIA_TOOLS = Function(Kind.FUNCTION, "check_media_tools")
MAIL = Identity(Kind.IDENTITY, "mail")
MAKE_EXPORTS = Function(Kind.FUNCTION, "make_exports")
ADMIT_CLERK_USER = Function(Kind.FUNCTION, "admit_clerk_user")
TRANSCRIPTION = Transcription(Kind.TRANSCRIPTION, "words")
EDGE = Distribution(Kind.DISTRIBUTION, "media")
CLOUDWATCH = Account(Kind.ACCOUNT, "cloudwatch")

TABLES = (
    *(USERS, API_KEYS, SESSIONS, AUDIT, VIDEOS, JOBS, DATA_REQUESTS, LIMITS, IDEMPOTENCY, OPERATIONS),
    *(COUNTS, REACTIONS, FOLLOWS, FEEDS, COMMENTS, NOTIFICATIONS, VIEWS, CHANNELS, CONNECTIONS),
    *(POSTINGS, RANKINGS, STUDIO_CHANNELS),
)
QUEUES = (WATCHED, AUDIENCES, BROADCASTS)
SECRETS = (
    *(SIGNING_KEYS, PASSWORD_PEPPER, MEDIA_KEY, CURSOR_KEY),
    *(WEBHOOK, REMOTION_WEBHOOK, CLERK_WEBHOOK, OAUTH_CLIENTS, ORIGIN),
)
OF_THE_EDGE = (ORIGIN, ORIGIN_DIGESTS, EDGE_WEB_ACL)
"""What a stage without the edge does without."""
