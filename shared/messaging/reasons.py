"""What an error of the server means, where its own words do not say it."""

from redis.exceptions import AskError, ClusterCrossSlotError, ClusterDownError

_CLUSTER_CURE = "give HANDRAISE_REDIS_URL of a server that holds all keys"


def reason(error: Exception) -> str:
    """One sentence; a server that sends us elsewhere for a key (MOVED, ASK) belongs to a cluster.

    >>> reason(ConnectionError("refused"))
    'refused'
    """
    if isinstance(error, AskError | ClusterCrossSlotError | ClusterDownError):
        return f"this Redis is one node of a cluster ({error}): {_CLUSTER_CURE}"
    return str(error)
