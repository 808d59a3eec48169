/* A loop of 5 instructions, COUNT times, with a call: what the speed of emulation is measured on. */
    .include "common.inc"
    vectors
function fault
    b .
function reset
    ldr r0, =COUNT
    movs r1, #0
mark mark_spin
1:  bl step
    subs r0, #1
    bne 1b
    end_by_reset
function step
    adds r1, r1, r0
    bx lr
