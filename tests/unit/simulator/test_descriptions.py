"""DescribeImages, ListImages, ListImageReferrers, repositories: filters and pages."""

from typing import Any

import pytest


def pages(bench: Any, operation: str, key: str, **request: Any) -> list[list[Any]]:
    found = []
    while True:
        answer = bench.ecr(operation, **request)
        found.append(answer[key])
        if "nextToken" not in answer:
            return found
        request["nextToken"] = answer["nextToken"]


def test_only_active_images_are_described_unless_asked(bench: Any) -> None:
    active, archived = bench.push.image("a"), bench.push.image("b")
    bench.store(archived, "ARCHIVE")

    def shown(**wanted: str) -> list[str]:
        details = bench.ecr("DescribeImages", filter=wanted)["imageDetails"]
        return [detail["imageDigest"] for detail in details]

    assert shown() == [active["digest"]]
    assert shown(imageStatus="ARCHIVED") == [archived["digest"]]
    assert shown(imageStatus="ANY") == [active["digest"], archived["digest"]]


def test_tags_filter(bench: Any) -> None:
    tagged, untagged = bench.push.image("a", tag="v1"), bench.push.image("b")
    for status, expected in (("TAGGED", tagged), ("UNTAGGED", untagged)):
        (found,) = bench.ecr("ListImages", filter={"tagStatus": status})["imageIds"]
        assert found["imageDigest"] == expected["digest"]


def test_images_come_in_pages(bench: Any) -> None:
    pushed = [bench.push.image(str(n))["digest"] for n in range(5)]
    found = pages(bench, "DescribeImages", "imageDetails", maxResults=2)
    assert [len(page) for page in found] == [2, 2, 1]
    assert [detail["imageDigest"] for page in found for detail in page] == pushed


def test_an_image_deleted_between_pages_shifts_nothing(bench: Any) -> None:
    pushed = [bench.push.image(str(n))["digest"] for n in range(4)]
    first = bench.ecr("ListImages", maxResults=2)
    bench.delete(imageDigest=pushed[0])
    second = bench.ecr("ListImages", maxResults=2, nextToken=first["nextToken"])
    assert [entry["imageDigest"] for entry in second["imageIds"]] == pushed[2:]


def test_a_listing_has_a_line_per_tag(bench: Any) -> None:
    image = bench.push.image("a", tag="v2")
    bench.repeat(image, "v1")
    bench.push.image("b")
    found = pages(bench, "ListImages", "imageIds", maxResults=1)
    assert [page[0].get("imageTag") for page in found] == ["v1", "v2", None]


@pytest.mark.parametrize("token", ["x", "e30=", "W251bGxd", "é"])
def test_a_token_never_handed_out_is_refused(bench: Any, token: str) -> None:
    code = bench.error("ListImages", nextToken=token)
    assert code == "InvalidParameterException"


def test_pages_and_identifiers_do_not_go_together(bench: Any) -> None:
    image = bench.push.image("a")
    wanted = [{"imageDigest": image["digest"]}]
    code = bench.error("DescribeImages", imageIds=wanted, maxResults=1)
    assert code == "InvalidParameterException"


def test_a_described_image_has_what_the_manifest_says(bench: Any) -> None:
    image = bench.push.image("a", tag="v1")
    signature = bench.referrer(image)
    detail = bench.detail(signature)
    assert detail["artifactMediaType"] == "application/vnd.cncf.notary.signature"
    assert detail["subjectManifestDigest"] == image["digest"]
    assert detail["imageSizeInBytes"] == len("{}") + len("envelope")
    assert detail["imagePushedAt"] == bench.clock()
    assert "imageTags" not in detail


def test_referrers_are_active_ones_of_the_type_asked(bench: Any) -> None:
    image = bench.push.image("a")
    signature = bench.referrer(image)
    document = {"mediaType": "x", "artifactType": "text/sbom", "subject": image}
    sbom = bench.push.document(document)
    archived = bench.referrer(image, b"other")
    bench.store(archived, "ARCHIVE")

    def listed(**wanted: Any) -> list[str]:
        answer = bench.ecr(
            "ListImageReferrers",
            subjectId={"imageDigest": image["digest"]},
            filter=wanted,
        )
        return [entry["digest"] for entry in answer["referrers"]]

    assert listed() == [signature["digest"], sbom["digest"]]
    assert listed(artifactTypes=["text/sbom"]) == [sbom["digest"]]
    assert listed(artifactTypes=["text/none"]) == []
    assert listed(artifactStatus="ARCHIVED") == [archived["digest"]]
    assert len(listed(artifactStatus="ANY")) == len([signature, sbom, archived])


def test_referrers_come_in_pages_of_twenty(bench: Any) -> None:
    image = bench.push.image("a")
    for number in range(45):
        bench.referrer(image, str(number).encode())
    subject = {"imageDigest": image["digest"]}
    found = pages(bench, "ListImageReferrers", "referrers", subjectId=subject)
    assert [len(page) for page in found] == [20, 20, 5]


def test_repositories_are_made_described_and_deleted(bench: Any) -> None:
    bench.ecr("CreateRepository", repositoryName="prod/b")
    twice = bench.error("CreateRepository", repositoryName="prod/b")
    assert twice == "RepositoryAlreadyExistsException"
    answer = bench.bare_ecr("DescribeRepositories")
    assert [x["repositoryName"] for x in answer["repositories"]] == ["app", "prod/b"]
    host = bench.place.registry_host
    assert answer["repositories"][1]["repositoryUri"] == f"{host}/prod/b"
    bench.push.image("a")
    assert bench.error("DeleteRepository") == "RepositoryNotEmptyException"
    bench.ecr("DeleteRepository", force=True)
    assert bench.error("DescribeImages") == "RepositoryNotFoundException"


def test_another_registry_has_no_repositories_here(bench: Any) -> None:
    code = bench.error("DescribeImages", registryId="999999999999")
    assert code == "RepositoryNotFoundException"


def test_a_token_is_given_in_ecrs_form(bench: Any) -> None:
    (data,) = bench.bare_ecr("GetAuthorizationToken")["authorizationData"]
    assert data["proxyEndpoint"] == f"https://{bench.place.registry_host}"
