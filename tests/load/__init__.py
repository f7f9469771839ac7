"""``make load``: ten thousand pushes, through the deployed stack and the handlers."""
