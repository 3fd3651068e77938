"""Figures made of pictures that compare networks, or show the data and a network at work on them."""
