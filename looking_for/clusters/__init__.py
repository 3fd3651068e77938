"""What the data say before any network sees them: where classes have ink, and clusters of like images."""
