"""What is used in a network's place, from a constant to many pictures, and how well each does."""
