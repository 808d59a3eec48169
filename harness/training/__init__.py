"""Training: checkpoints from a seed, and recipes that fine-tune them; the worker has TensorFlow."""
