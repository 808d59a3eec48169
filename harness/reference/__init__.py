"""The host's own answer to a model's inputs, which the device's answer is held against."""
