"""Training of dense networks: Keras' layers and optimizers inside one XLA program per epoch."""
