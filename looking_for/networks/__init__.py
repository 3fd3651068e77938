"""Networks: what they compute, their composed pictures and exact maps, and how foreign files are read."""
