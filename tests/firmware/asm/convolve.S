/* COUNT sums of 64 products, weights in the code's memory: the loads and the loop of a kernel of
 * TFLM, 6 instructions a product and 12 a sum. The speed of emulation is measured on it. */
    .include "common.inc"
    .set PRODUCTS, 64
    .set WEIGHTS, 4096
    vectors
function fault
    b .
function reset
    ldr r0, =COUNT
    ldr r7, =weights
    ldr r8, =WEIGHTS - 1
    movs r9, #0             /* where the next sum's weights are */
    movs r10, #128          /* minus the input's zero point */
mark mark_convolve
2:  ldr r2, =RAM
    add r1, r7, r9
    movs r3, #PRODUCTS
    movs r4, #0
1:  ldrsb r5, [r1], #1
    ldrsb r6, [r2], #1
    add r6, r10
    mla r4, r5, r6, r4
    subs r3, #1
    bne 1b
    str r4, [r2]
    add r9, #PRODUCTS
    and r9, r8
    bl store
    subs r0, #1
    bne 2b
    end_by_reset
function store
    strb r4, [r2, #4]
    bx lr
    .align 3
weights:
    .space WEIGHTS
