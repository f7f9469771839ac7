"""The upgrade rehearsed: up, back and up again with events arriving; the way out."""
