"""Writes docs/results.md from the result files."""
