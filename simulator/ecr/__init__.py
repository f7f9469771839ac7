"""The simulated ECR: one account's registry in one Region, and its operations."""
