"""What a run's files say, of one network, of all and of a study, and what networks and metrics are called."""
