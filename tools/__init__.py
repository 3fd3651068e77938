"""Development tools: the benchmark, the review of a change, the check that a run gave the same bytes."""
