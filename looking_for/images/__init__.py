"""The image set: what it is, public ones by digest, people's own files, and the checks that all pass."""
