"""Reading: what the registry and the ledger say of one digest, in few round trips.

The first stage of a look: it decides nothing, and knows no later stage.
"""
