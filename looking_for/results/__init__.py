"""What a run's files say, of one network, of all and of a study, and how numbers are written for people."""
