"""What is old, at full size: too large for ``make test``."""

from tests.unit.sealward.rollout import enforced, expired, lost


def test_enforcement_over_50_000_unsigned_images_archives_nothing() -> None:
    figures = enforced(50_000, repositories=25)
    print(figures)
    assert (figures.archived, figures.proposals) == (0, 1)
    assert figures.findings_per_repository == 1


def test_all_certificates_expire_at_midnight_and_nothing_is_archived() -> None:
    figures = expired(2_000, repositories=25)
    assert (figures.archived, figures.proposals) == (0, 1)
    assert figures.findings_per_repository == 1


def test_500_signatures_a_lifecycle_rule_deleted_archive_nothing() -> None:
    figures = lost(500, repositories=5)
    assert (figures.archived, figures.proposals) == (0, 0)
    assert figures.findings_per_repository == 1
