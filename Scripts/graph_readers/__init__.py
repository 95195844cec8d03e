"""Readers of published graph files, one for each format, for convert-graphs.py."""
