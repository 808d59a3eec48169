# What a tree that upstream's create_tflm_tree.py wrote needs compiled. The tree holds the kernels
# that were chosen when it was made (portable ones, or CMSIS-NN's).
file(GLOB_RECURSE TFLM_RUNTIME_SOURCES CONFIGURE_DEPENDS RELATIVE ${HARNESS_TFLM_DIR}
  ${HARNESS_TFLM_DIR}/tensorflow/*.cc
  ${HARNESS_TFLM_DIR}/tensorflow/*.cpp
  ${HARNESS_TFLM_DIR}/tensorflow/*.c)

# No operator of operators.toml and no part of the interpreter needs these. The application brings
# its own log and clock.
list(FILTER TFLM_RUNTIME_SOURCES EXCLUDE REGEX
  "/(benchmarks|examples|experimental|integration_tests|python|testing|tools)/")
list(FILTER TFLM_RUNTIME_SOURCES EXCLUDE REGEX
  "(/debug_log|/micro_time|/kernel_runner|/test_helpers|/test_helper_custom_ops|_test)\\.(cc|cpp)$")

set(TFLM_KERNEL_SOURCES ${TFLM_RUNTIME_SOURCES})
list(FILTER TFLM_KERNEL_SOURCES INCLUDE REGEX "^tensorflow/lite/(micro/)?kernels/")
list(FILTER TFLM_RUNTIME_SOURCES EXCLUDE REGEX "^tensorflow/lite/(micro/)?kernels/")
list(TRANSFORM TFLM_KERNEL_SOURCES PREPEND ${HARNESS_TFLM_DIR}/)
list(TRANSFORM TFLM_RUNTIME_SOURCES PREPEND ${HARNESS_TFLM_DIR}/)
file(GLOB_RECURSE cmsis_nn_sources CONFIGURE_DEPENDS
  ${HARNESS_TFLM_DIR}/third_party/cmsis_nn/Source/*.c)
list(APPEND TFLM_KERNEL_SOURCES ${cmsis_nn_sources})

set(third_party ${HARNESS_TFLM_DIR}/third_party)
set(TFLM_INCLUDE_DIRECTORIES
  ${HARNESS_TFLM_DIR}
  ${third_party}/gemmlowp
  ${third_party}/flatbuffers/include
  ${third_party}/ruy
  ${third_party}/kissfft
  ${third_party}/cmsis
  ${third_party}/cmsis/CMSIS/Core/Include
  ${third_party}/cmsis_nn
  ${third_party}/cmsis_nn/Include)
set(TFLM_KISSFFT_DIR ${third_party}/kissfft)
set(TFLM_COMPILE_DEFINITIONS TF_LITE_STATIC_MEMORY NDEBUG)
if(cmsis_nn_sources)
  list(APPEND TFLM_COMPILE_DEFINITIONS CMSIS_NN)
endif()
set(TFLM_CXX_STANDARD 17)
