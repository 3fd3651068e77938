"""Inputs like people's, made with a fixed seed by the hundred: right, by independent means, or refused in a line."""
