/* Loads of the floating-point registers: 1, 4, 2 and 4 words. */
    .fpu fpv4-sp-d16
    .include "common.inc"
    vectors
function fault
    b .
function reset
    ldr r0, =0xE000ED88     /* CPACR: the FPU on */
    ldr r1, =0x00F00000
    str r1, [r0]
    dsb
    isb
    ldr r1, =RAM
    vmov s0, r1             /* the first use of the FPU makes room for its state */
mark mark_loads
    vldr s0, [r1]
    vldm r1, {s0-s3}
    vldr d0, [r1, #4]
    vldm r1, {d0-d1}
    end_by_reset
