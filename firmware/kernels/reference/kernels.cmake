# The kernel set `reference` takes TFLM's kernels as the tree has them, and adds only what TFLM lacks
# (../CMakeLists.txt). A set with kernels of its own changes TFLM_KERNEL_SOURCES here.
