"""Each capability with each use case, on a local AWS, by the template's own roles."""
