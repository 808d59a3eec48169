/* An interpreter's loop that calls three operators, run twice in one region and once in another. */
    .include "common.inc"
    vectors
function fault
    b .
function reset
    ldr r4, =table
    movs r6, #2
again:
mark mark_first         /* twice */
    bl run
mark mark_between
    subs r6, #1
    bne again
mark mark_second        /* once */
    bl run
    end_by_reset

function run            /* with the call of it 19 outside operators: 1 + 2 + 3 * 5 + 1 */
    push {lr}
    movs r5, #0
next:
    ldr r3, [r4, r5]
mark dispatch
    blx r3
    adds r5, #4
    cmp r5, #12
    bne next
    pop {pc}

function operator_a     /* 8 */
    movs r1, #3
1:  subs r1, #1
    bne 1b
    bx lr
function operator_b     /* 2 */
    nop
    bx lr
function operator_c     /* 5 */
    push {lr}
    bl operator_b
    pop {pc}

    .align 2
table:
    .word operator_a, operator_b, operator_c
