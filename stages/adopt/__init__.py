"""Adopt: a network made elsewhere, read from its file as plain arrays."""
