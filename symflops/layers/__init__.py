"""Layers, one family a file; ``combine`` and ``depth`` hold the composition."""
