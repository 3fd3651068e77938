"""The mathematics of docs/mathematics.md as pure functions; compose and challenge use it alike."""
