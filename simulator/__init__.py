"""The local AWS: ECR and Security Hub as the gate needs them, without AWS.

A pure core (``local_aws``, ``ecr``, ``security_hub``: no I/O, the clock is passed in)
with two faces: in process (``in_process``), where it implements the gate's ports, and
over HTTP (``wire``), behind a loopback server or mounted inside ministack.
docs/local-aws.md says what is certain and what is inferred.
"""
