"""A scenario to play with in Jupyter: controls, a button, and the map beside the key figures."""

from mangluoi.widget.explorer import Explorer, explore

__all__ = ["Explorer", "explore"]
