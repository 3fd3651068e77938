"""The report as typed text: facts, comparisons and verdicts with their conditions; a template prints it."""
