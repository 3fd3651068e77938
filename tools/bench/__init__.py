"""`make bench`: this project against what people would use instead, measured in one run."""
