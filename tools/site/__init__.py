"""The report, the docs and the explorer as one static site."""
