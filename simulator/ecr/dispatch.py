"""ECR's operations by name."""

from collections.abc import Callable, Mapping
from typing import Any

from simulator.ecr import (
    descriptions,
    images,
    layers,
    managed_signing,
    pull_time,
    registry_policy,
    replication,
    repositories,
    repository_policy,
    storage_class,
)
from simulator.ecr.state import Call, Registry

Operation = Callable[[Registry, Mapping[str, Any], Call], dict[str, Any]]

OPERATIONS: Mapping[str, Operation] = {
    "BatchCheckLayerAvailability": layers.batch_check_layer_availability,
    "BatchDeleteImage": images.batch_delete_image,
    "BatchGetImage": images.batch_get_image,
    "CompleteLayerUpload": layers.complete_layer_upload,
    "CreateRepository": repositories.create_repository,
    "DeleteRegistryPolicy": registry_policy.delete_registry_policy,
    "DeleteRepository": repositories.delete_repository,
    "DeleteRepositoryPolicy": repository_policy.delete_repository_policy,
    "DeleteSigningConfiguration": managed_signing.delete_signing_configuration,
    "DeregisterPullTimeUpdateExclusion": (
        pull_time.deregister_pull_time_update_exclusion
    ),
    "DescribeImageReplicationStatus": replication.describe_image_replication_status,
    "DescribeImageSigningStatus": managed_signing.describe_image_signing_status,
    "DescribeImages": descriptions.describe_images,
    "DescribeRegistry": replication.describe_registry,
    "DescribeRepositories": repositories.describe_repositories,
    "GetAuthorizationToken": repositories.get_authorization_token,
    "GetDownloadUrlForLayer": layers.get_download_url_for_layer,
    "GetRegistryPolicy": registry_policy.get_registry_policy,
    "GetRepositoryPolicy": repository_policy.get_repository_policy,
    "GetSigningConfiguration": managed_signing.get_signing_configuration,
    "InitiateLayerUpload": layers.initiate_layer_upload,
    "ListImageReferrers": descriptions.list_image_referrers,
    "ListImages": descriptions.list_images,
    "ListPullTimeUpdateExclusions": pull_time.list_pull_time_update_exclusions,
    "ListReplicationBackfills": replication.list_replication_backfills,
    "PutImage": images.put_image,
    "PutRegistryPolicy": registry_policy.put_registry_policy,
    "PutReplicationConfiguration": replication.put_replication_configuration,
    "PutSigningConfiguration": managed_signing.put_signing_configuration,
    "RegisterPullTimeUpdateExclusion": pull_time.register_pull_time_update_exclusion,
    "SetRepositoryPolicy": repository_policy.set_repository_policy,
    "StartReplicationBackfill": replication.start_replication_backfill,
    "UpdateImageStorageClass": storage_class.update_image_storage_class,
    "UploadLayerPart": layers.upload_layer_part,
}
