"""What everything rests on: arrays, activations, files and their formats, errors, work side by side."""
