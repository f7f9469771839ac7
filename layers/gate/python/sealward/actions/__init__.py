"""Actions: what a decision asks for, done in the registry and read back.

``steps`` archives, restores and deletes; ``pulls`` denies and allows pulls, with the
statement of ``pull_denial``. They know decisions and ports, and nothing of findings.
"""
