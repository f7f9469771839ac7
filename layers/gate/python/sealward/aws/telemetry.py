"""Telemetry: one JSON line per look, and counts that CloudWatch reads from the log.

Names, digests and reasons are data from outside: they go into values of JSON only,
never into a message or a metric's name. No secret passes through here.
"""

import json
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

if TYPE_CHECKING:
    from sealward.sweep import Report


class Telemetry:
    """The log and the counts of one function.

    Service and namespace come from ``POWERTOOLS_SERVICE_NAME`` and
    ``POWERTOOLS_METRICS_NAMESPACE``, as the template sets them.
    """

    def __init__(self) -> None:
        self._log = Logger(location=None, json_serializer=_line)
        self._metrics = Metrics()
        self._counted = False

    def event(self, message: str, *, count: str = "", **fields: Any) -> None:  # noqa: ANN401 (JSON)
        """Log that something happened, and count it under ``count``."""
        self._log.info(message, extra=fields)
        self._count(count)

    def problem(
        self,
        message: str,
        *,
        count: str = "",
        error: BaseException | None = None,
        **fields: Any,  # noqa: ANN401 (JSON)
    ) -> None:
        """Log what a person should know of, with the error's trace if there is one."""
        self._log.error(message, exc_info=error, extra=fields)
        self._count(count)

    def bundle_rejected(self, error: Exception) -> None:
        """Log that the newest bundle is not in force, and count it for the alarm."""
        self.problem(
            "policy bundle rejected", count="BundleRejected", reason=str(error)
        )

    def operated(self, message: str, *, done: bool, **fields: str) -> None:
        """Log what a person asked of the stack and what came of it."""
        said: dict[str, Any] = {name: value for name, value in fields.items() if value}
        if done:
            self.event(message, count="Operated", **said)
        else:
            self.problem(message, count="OperateRefused", **said)

    def owner_not_told(self, reason: str) -> None:
        """Log that an owner's topic cannot be told, and count it."""
        self.problem("owner not told", count="OwnersNotTold", reason=reason)

    def swept(self, report: "Report") -> None:
        """Log a step of the sweep that did something, and count what it did."""
        fields = report.log_fields()
        if report.failure or report.unread:
            self.problem("sweep", count="SweepFailures", **fields)
        elif report.sent or report.walked:
            self.event("sweep", **fields)
        for name, number in (
            ("SweepLooks", report.sent.total()),
            ("SweepRepositoriesOver", len(report.over)),
            ("SweepWalks", int(report.walked)),
        ):
            if number:
                self.tally(name, number)

    def tally(self, name: str, number: float) -> None:
        """Add ``number`` to a count."""
        self._metrics.add_metric(name=name, unit=MetricUnit.Count, value=number)
        self._counted = True

    def flush(self) -> None:
        """Write the counts out; once per invocation, at its end."""
        if self._counted:
            self._metrics.flush_metrics()
            self._counted = False

    def _count(self, name: str) -> None:
        if name:
            self.tally(name, 1)


def _line(fields: dict[str, Any]) -> str:
    """Return one line of the log in printable ASCII, whatever the values hold."""
    said = json.dumps(fields, default=str, separators=(",", ":"))
    return said.replace("\x7f", "\\u007f")  # JSON leaves this one control as it is
