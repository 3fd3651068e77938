"""Figures made of pictures: contact sheets, clusters with their maps, strips along the training."""
