"""What a function needs of AWS: exact actions on named resources, declared where they are used.

A need becomes a grant in the function's role and the name of the resource in its environment; nothing else does.
"""

from dataclasses import dataclass, replace
from enum import StrEnum


class Kind(StrEnum):
    """The sorts of resource that a function can ask for."""

    TABLE = "table"
    BUCKET = "bucket"
    SECRET = "secret"
    PARAMETER = "parameter"
    MACHINE = "machine"
    FUNCTION = "function"
    DISTRIBUTION = "distribution"
    TRANSCRIPTION = "transcription"
    ACCOUNT = "account"
    IDENTITY = "identity"
    KEY = "key"
    QUEUE = "queue"
    SOCKETS = "sockets"


STREAM = "stream/*"
"""The path of a table's stream: AWS makes its last part up, so a grant is on the one that the table has."""


@dataclass(frozen=True)
class Resource:
    """A resource of the stage by its short name, for example the table `videos`."""

    kind: Kind
    name: str

    @property
    def variable(self) -> str:
        """The environment variable that tells a function the resource's real name, for example VIDEOS_TABLE."""
        return f"{self.name}_{self.kind}".upper().replace("-", "_")


@dataclass(frozen=True)
class Need:
    """One IAM action on one resource.

    path        a part of the resource: an S3 key prefix ("uploads/"), an index ("index/by_author"), what a data key is
                for ("mfa"); "" is the whole
    unseen      why no test can make the call, when none can; such a need is granted without having been recorded
    wildcard    why the resource must be "*", when AWS offers no narrower one for the action
    attributes  all that may be read of an item; () is everything
    """

    resource: Resource
    action: str
    path: str = ""
    unseen: str = ""
    wildcard: str = ""
    attributes: tuple[str, ...] = ()


def unseen(need: Need, why: str) -> Need:
    """The same need, marked as one that no test can make happen."""
    return replace(need, unseen=why)


@dataclass(frozen=True)
class Index:
    """A global secondary index; `projected` are the attributes it carries besides keys, () for keys alone."""

    name: str
    key: str
    sort: str = ""
    projected: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table(Resource):
    """A DynamoDB table: keys are strings, on demand, with point-in-time recovery."""

    key: str = "pk"
    sort: str = ""
    ttl: str = ""
    indexes: tuple[Index, ...] = ()

    def _need(self, action: str) -> Need:
        return Need(self, f"dynamodb:{action}")

    @property
    def get(self) -> Need:
        """Read one item."""
        return self._need("GetItem")

    def get_only(self, *attributes: str) -> Need:
        """Read some attributes of one item, and its key."""
        return Need(self, "dynamodb:GetItem", attributes=(self.key, *attributes))

    @property
    def batch_get(self) -> Need:
        """Read up to 100 named items at once."""
        return self._need("BatchGetItem")

    @property
    def put(self) -> Need:
        """Write one whole item."""
        return self._need("PutItem")

    @property
    def update(self) -> Need:
        """Change attributes of one item."""
        return self._need("UpdateItem")

    @property
    def delete(self) -> Need:
        """Remove one item."""
        return self._need("DeleteItem")

    @property
    def batch_write(self) -> Need:
        """Write or remove up to 25 items at once, each by itself."""
        return self._need("BatchWriteItem")

    @property
    def check(self) -> Need:
        """Assert a condition on an item inside a transaction."""
        return self._need("ConditionCheckItem")

    @property
    def query(self) -> Need:
        """Read a range of items of one partition."""
        return self._need("Query")

    @property
    def scan(self) -> Need:
        """Read all items of all partitions."""
        return self._need("Scan")

    @property
    def follow(self) -> tuple[Need, ...]:
        """Read its stream, as Lambda does for a function that declares it."""
        actions = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
        return tuple(Need(self, f"dynamodb:{action}", STREAM) for action in actions)

    def query_index(self, name: str) -> Need:
        """Read a range of one partition of the index `name`."""
        return Need(self, "dynamodb:Query", f"index/{name}")


@dataclass(frozen=True)
class Bucket(Resource):
    """An S3 bucket; its needs name a key prefix."""

    def read(self, prefix: str) -> Need:
        """Read objects (also HEAD) under a prefix."""
        return Need(self, "s3:GetObject", prefix)

    def read_version(self, prefix: str) -> Need:
        """Read named versions of objects under a prefix."""
        return Need(self, "s3:GetObjectVersion", prefix)

    def put(self, prefix: str) -> Need:
        """Write objects, also in parts, under a prefix."""
        return Need(self, "s3:PutObject", prefix)

    def abort(self, prefix: str) -> Need:
        """Give up uploads in parts under a prefix."""
        return Need(self, "s3:AbortMultipartUpload", prefix)

    def list_parts(self, prefix: str) -> Need:
        """See which parts of an upload have arrived under a prefix."""
        return Need(self, "s3:ListMultipartUploadParts", prefix)

    def delete(self, prefix: str) -> Need:
        """Remove objects under a prefix."""
        return Need(self, "s3:DeleteObject", prefix)

    def list(self, prefix: str) -> Need:
        """List keys under a prefix (granted on the bucket with a condition on the prefix)."""
        return Need(self, "s3:ListBucket", prefix)

    def list_versions(self, prefix: str) -> Need:
        """List versions under a prefix (granted on the bucket with a condition on the prefix)."""
        return Need(self, "s3:ListBucketVersions", prefix)

    def delete_version(self, prefix: str) -> Need:
        """Remove named versions of objects under a prefix."""
        return Need(self, "s3:DeleteObjectVersion", prefix)


@dataclass(frozen=True)
class Secret(Resource):
    """A secret; `description` says what it holds."""

    description: str = ""

    @property
    def read(self) -> Need:
        """Read the current value."""
        return Need(self, "secretsmanager:GetSecretValue")

    @property
    def write(self) -> Need:
        """Store a new value."""
        return Need(self, "secretsmanager:PutSecretValue")


@dataclass(frozen=True)
class Parameter(Resource):
    """An SSM parameter. `region` is where it lies when that is not the stage's own region."""

    region: str = ""

    @property
    def read(self) -> Need:
        """Read its value."""
        return Need(self, "ssm:GetParameter")

    @property
    def write(self) -> Need:
        """Store a new value."""
        return Need(self, "ssm:PutParameter")


@dataclass(frozen=True)
class Machine(Resource):
    """A state machine."""

    @property
    def start(self) -> Need:
        """Start an execution."""
        return Need(self, "states:StartExecution")

    @property
    def describe(self) -> Need:
        """Read the state of executions."""
        return Need(self, "states:DescribeExecution", "execution")

    @property
    def stop(self) -> Need:
        """Stop executions."""
        return Need(self, "states:StopExecution", "execution")


@dataclass(frozen=True)
class Function(Resource):
    """A function of ours that another one calls; it is named like its file."""

    @property
    def invoke(self) -> Need:
        """Run it, and wait for its answer or not."""
        return Need(self, "lambda:InvokeFunction")
