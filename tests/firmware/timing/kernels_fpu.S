/* Kernels for Cortex-M4's FPU; each is a region of its own. */
    .include "common.inc"
    vectors
function fault
    b .
function reset
    ldr r0, =0xE000ED88     /* CPACR: the FPU is off after reset */
    ldr r1, [r0]
    orr r1, r1, #0xF00000
    str r1, [r0]
    dsb
    isb
    ldr r4, =STACK_TOP
    add.w r5, r4, #64
    vmov.f32 s1, #1.0
    .balign 4
mark sums               /* independent */
    vadd.f32 s0, s1, s1
    vadd.f32 s2, s1, s1
    vmul.f32 s3, s1, s1
    vmul.f32 s4, s1, s1
mark idle_1
    nop
    .balign 4
mark chained_sums       /* each needs the one before */
    vadd.f32 s0, s0, s1
    vadd.f32 s0, s0, s1
    vadd.f32 s0, s0, s1
    vadd.f32 s0, s0, s1
mark idle_2
    nop
    .balign 4
mark multiple_loads     /* 1 + N */
    vldmia r4, {s0-s3}
    vldmia r4, {s4-s5}
mark idle_3
    nop
    .balign 4
mark chained_products   /* accumulations into one register */
    vfma.f32 s0, s1, s1
    vfma.f32 s0, s1, s1
    vfma.f32 s0, s1, s1
mark idle_4
    nop
    .balign 4
mark quotient           /* a quotient with integer work beside it, and one that is needed at once */
    vdiv.f32 s2, s1, s1
    movs r0, #1
    movs r1, #2
    movs r2, #3
    vadd.f32 s3, s2, s1
mark idle_5
    nop
    .balign 4
mark fully_connected    /* 16 turns of a float multiply-accumulate */
    add.w r6, r4, #64
1:  vldmia r4!, {s14}
    vldmia r5!, {s15}
    cmp r4, r6
    vfma.f32 s0, s14, s15
    bne 1b
    end_by_reset
