# Options that the runtime library and the image share.
set(CMAKE_C_STANDARD 11)
set(CMAKE_CXX_EXTENSIONS ON)

separate_arguments(harness_core_flags UNIX_COMMAND "${HARNESS_CORE_FLAGS}")
set(harness_common_flags
  ${harness_core_flags} -mthumb -${HARNESS_OPTIMIZE} -g
  -ffunction-sections -fdata-sections -fno-common -fno-ident
  -fno-asynchronous-unwind-tables -fno-unwind-tables
  -fmacro-prefix-map=${HARNESS_TFLM_DIR}=tflm
  -fmacro-prefix-map=${HARNESS_FIRMWARE_DIR}=firmware
  -ffile-prefix-map=${HARNESS_TFLM_DIR}=tflm
  -ffile-prefix-map=${HARNESS_FIRMWARE_DIR}=firmware
  -ffile-prefix-map=${CMAKE_BINARY_DIR}=build)
add_compile_options(
  ${harness_common_flags}
  $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti> $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>
  $<$<COMPILE_LANGUAGE:CXX>:-fno-threadsafe-statics> $<$<COMPILE_LANGUAGE:CXX>:-fno-use-cxa-atexit>)

# The project's own files; TensorFlow's are compiled with warnings off, since nobody here mends them.
set(harness_warnings -Wall -Wextra -Wshadow -Werror)

include(${HARNESS_FIRMWARE_DIR}/runtime/${HARNESS_RUNTIME_API}/sources.cmake)

# Kiss FFT comes with TensorFlow Lite Micro's tree; releases differ in where kiss_fftr.c lies.
function(harness_use_kissfft target)
  target_include_directories(${target} SYSTEM PRIVATE
    ${TFLM_KISSFFT_DIR} ${TFLM_KISSFFT_DIR}/tools)
  target_compile_definitions(${target} PRIVATE FIXED_POINT=32)
endfunction()

function(harness_use_tflm target)
  target_include_directories(${target} SYSTEM PRIVATE ${TFLM_INCLUDE_DIRECTORIES})
  target_include_directories(${target} PRIVATE ${HARNESS_FIRMWARE_DIR})
  target_compile_definitions(${target} PRIVATE ${TFLM_COMPILE_DEFINITIONS})
  set_target_properties(${target} PROPERTIES CXX_STANDARD ${TFLM_CXX_STANDARD})
endfunction()
