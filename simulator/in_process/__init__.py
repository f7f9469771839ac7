"""The in-process face: the gate's ports, simulated, one module for each.

The only part of the simulator that knows the gate. Registry, Signer and Security Hub
ask ``local_aws``; what the gate keeps in tables, queues and buckets is kept in memory.
"""
