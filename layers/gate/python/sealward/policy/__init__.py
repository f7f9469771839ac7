"""Policy: which repositories are governed, by whom they may be signed, what follows.

``bundle`` is what the other rooms know, ``policy`` what one of its policies says;
``document``, ``policies`` and their neighbours read it strictly, ``compile`` makes one
of trust policies. Knows names of ``events`` and the verifier's statements, no record.
"""
