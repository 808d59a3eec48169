/* Kernels for Cortex-M0+ whose cycles the manual gives; each is a region of its own. */
    .include "common.inc"
    vectors
function fault
    b .
function reset
    ldr r4, =STACK_TOP
    .balign 4
mark loads
    ldr r0, [r4]
    ldrb r1, [r4, #1]
    ldrh r2, [r4, #2]
mark idle_1
    nop
    .balign 4
mark stores
    str r0, [r4]
    strb r0, [r4, #1]
mark idle_2
    nop
    .balign 4
mark arithmetic
    adds r0, r0, r1
    muls r0, r1, r0
    lsls r0, r0, #3
    sxtb r0, r0
mark idle_3
    nop
    .balign 4
mark multiples
    ldmia r4!, {r0, r1, r2}
    stmia r4!, {r0, r1}
    push {r0, r1, r2}
    pop {r0, r1, r2}
mark idle_4
    nop
    .balign 4
mark loop               /* 10 turns */
    movs r1, #10
1:  subs r1, #1
    bne 1b
mark idle_5
    nop
    .balign 4
mark call
    bl leaf
mark idle_6
    nop
    .balign 4
mark call_with_stack
    bl nested
mark idle_7
    nop
    .balign 4
mark accumulate         /* 8 turns of an 8-bit multiply-accumulate */
    movs r7, #8
    movs r5, #0
1:  ldrsb r0, [r4, r5]
    ldrsb r1, [r4, r5]
    muls r0, r1, r0
    adds r3, r3, r0
    adds r5, #1
    cmp r5, r7
    bne 1b
    end_by_reset

function leaf
    bx lr
function nested
    push {r4, lr}
    pop {r4, pc}
    .ltorg
