"""Read .tflite files: operators, tensors, multiply-accumulates, and what a runtime can run."""
