"""Telling: findings sent and kept up to date, and what a log line says of a look."""
