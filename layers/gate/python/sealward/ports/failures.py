"""The ways the world may fail, as ports tell them.

Adapters turn every foreign error into one of these and let nothing else out; none of
them retries for longer than a look may take.
"""


class PortError(Exception):
    """Something outside did not answer as asked; ``str()`` says what and where."""


class Unavailable(PortError):  # noqa: N818
    """Throttled, timed out, 5xx or unreachable: the same call may succeed later."""


class Denied(PortError):  # noqa: N818
    """Our role may not do this; retrying will not help, a person must mend it."""


class NotFound(PortError):  # noqa: N818
    """The repository, image or blob does not exist (or no longer)."""


class Refused(PortError):  # noqa: N818
    """The service understood and declines, for a reason that may pass.

    ECR refuses to archive what an active index references.
    """


class Conflict(PortError):  # noqa: N818
    """Another look wrote the record in between: look again."""
