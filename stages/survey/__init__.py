"""Stage survey: what the data says before any network sees it, found once for all networks."""
