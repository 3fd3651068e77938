"""Stage challenge: what else could explain that fitted pictures imitate a network so well."""
