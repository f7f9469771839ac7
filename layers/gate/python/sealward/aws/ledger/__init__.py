"""The ledger in DynamoDB: one table, its indexes, its seal, its pages."""
