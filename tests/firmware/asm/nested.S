/* An operator that runs the interpreter's loop again, and a conditional call that is not taken. */
    .include "common.inc"
    vectors
function fault
    b .
function reset
    ldr r4, =outer
mark mark_run
    bl run
    end_by_reset

function run            /* with the call of it 25 outside operators: 1 + 2 + 3 * 7 + 1 */
    push {r4, r5, lr}
    movs r5, #0
next:
    ldr r3, [r4, r5]
    cmp r3, #0
    it ne
mark dispatch
    blxne r3
    adds r5, #4
    cmp r5, #12
    bne next
    pop {r4, r5, pc}

function leaf           /* 2 */
    nop
    bx lr
function nesting        /* 4, and the inner run: 24 + three leaves = 34 */
    push {r4, lr}
    ldr r4, =inner
    bl run
    pop {r4, pc}

    .align 2
outer:
    .word nesting, 0, leaf
inner:
    .word leaf, leaf, leaf
