"""Figures made of numbers: the truth along the training, the ladder, the data, the architectures."""
