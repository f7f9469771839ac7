"""Adapters: the ports of the gate, implemented on AWS. Built by functions and commands.

No module here knows an endpoint, a partition or a Region: botocore resolves them, and
``AWS_ENDPOINT_URL`` (which botocore reads itself) points all of them elsewhere.
"""
