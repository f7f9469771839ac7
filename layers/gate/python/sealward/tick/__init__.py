"""The tick: each minute, what is due or approved is sent to the look queue.

Knows the ledger and the queue; it looks at nothing itself.
"""
