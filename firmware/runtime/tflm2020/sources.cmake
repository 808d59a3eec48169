# What TensorFlow Lite Micro of July 2020 needs compiled: portable kernels only.
set(tflite ${HARNESS_TFLM_DIR}/tensorflow/lite)

file(GLOB TFLM_KERNEL_SOURCES CONFIGURE_DEPENDS ${tflite}/micro/kernels/*.cc)
list(APPEND TFLM_KERNEL_SOURCES
  ${tflite}/kernels/internal/quantization_util.cc
  ${tflite}/kernels/kernel_util.cc)

file(GLOB TFLM_RUNTIME_SOURCES CONFIGURE_DEPENDS
  ${tflite}/micro/*.cc
  ${tflite}/micro/memory_planner/*.cc
  ${tflite}/core/api/*.cc)
list(APPEND TFLM_RUNTIME_SOURCES ${tflite}/c/common.c)

list(FILTER TFLM_KERNEL_SOURCES EXCLUDE REGEX "(_test|all_ops_resolver)\\.cc$")
list(FILTER TFLM_RUNTIME_SOURCES EXCLUDE REGEX
  "(_test|test_helpers|debug_log|micro_error_reporter|micro_optional_debug_tools|micro_time|linear_memory_planner)\\.cc$")

set(downloads ${tflite}/micro/tools/make/downloads)
set(TFLM_INCLUDE_DIRECTORIES
  ${HARNESS_TFLM_DIR}
  ${downloads}/flatbuffers/include
  ${downloads}/gemmlowp
  ${downloads}/ruy)
set(TFLM_KISSFFT_DIR ${downloads}/kissfft)
set(TFLM_COMPILE_DEFINITIONS TF_LITE_STATIC_MEMORY TF_LITE_MCU_DEBUG_LOG NDEBUG)
set(TFLM_CXX_STANDARD 14)
