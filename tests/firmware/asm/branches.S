/* Branches of every kind: taken, not taken, and by instructions that QEMU translates apart. */
    .include "common.inc"
    vectors
function fault
    b .
function reset
    movs r0, #0
mark mark_compare       /* one taken: the first */
    cbz r0, 1f
    nop
1:  cbnz r0, 1f
    cmp r0, #1
    beq 1b
1:
mark mark_call          /* two: the call and the return */
    bl empty
mark mark_it            /* one: the last */
    cmp r0, #0
    it ne
    movne r1, #1
    it ne
    bne 1b
    it eq
    beq 1f
    nop
1:
mark mark_table         /* one, and one byte is read */
    tbb [pc, r0]
table:
    .byte (1f - table) / 2, 0
    nop
1:  nop
    end_by_reset
function empty
    bx lr
