"""Amazon ECR: images, referrers, layers, listings, policies, replication."""
