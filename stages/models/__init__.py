"""What can be composed and measured: dense networks by plain arrays, others by TensorFlow."""
