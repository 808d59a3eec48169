"""Quantization schemes: a Keras network in, a TensorFlow Lite model out; one module each."""
