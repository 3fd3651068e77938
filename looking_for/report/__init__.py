"""The reports: claims are decided in Python, templates speak."""
