"""The demo: the real template on a local AWS, and what became of each image."""
