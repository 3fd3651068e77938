"""`make review BASE=<rev>`: what a change did to params, numbers and pictures, for a pull request."""
