"""Notices: what is told beside findings, as it happens: to the bus and to owners."""

from sealward.notices.verdict_changed import (
    DETAIL_TYPE,
    SCHEMA,
    SOURCE,
    is_change,
    verdict_changed,
)

__all__ = ["DETAIL_TYPE", "SCHEMA", "SOURCE", "is_change", "verdict_changed"]
