"""Khéo: a province's work with the people, from directive to recognition."""

__version__ = "0.1.0"
