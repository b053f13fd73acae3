"""Writes the reference pages from the code that they describe."""
