"""Development tools: the benchmark, the review of a change, the check of words."""

import stages  # noqa: F401  # enters the environment, or says what is missing
