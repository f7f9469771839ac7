"""Policy: which repositories are governed, by whom they may be signed, what follows."""
