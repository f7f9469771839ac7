"""AWS Signer for Notation: profiles, payloads signed, revocation. Pure."""
