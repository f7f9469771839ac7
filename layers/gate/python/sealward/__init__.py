"""Sealward: event-driven enforcement of image signatures in Amazon ECR.

Modules are the nouns of the flow, in its order: events, subjects, signatures,
verifications, decisions, actions, findings. ``look`` says it as one sentence.
"""
