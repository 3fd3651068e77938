"""Development tools: the review, the site, stages side by side, timings, checks of words and of what DVC keeps."""

import stages  # noqa: F401  # enters the environment, or says what is missing
