"""Stage train: one network trained as params.yaml says. TensorFlow lives here and nowhere else."""
