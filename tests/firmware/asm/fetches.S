/* Straight code, a branch over two lines, a loop in one word of 8 bytes and one in two words. */
    .include "common.inc"
    vectors
function fault
    b .
function reset
    b fetch
    .space 64
    .balign 32
fetch:
mark mark_straight      /* 13 instructions in the words 0, 1, 2 and 12, of the lines 0 and 3 */
    .rept 8
    nop
    .endr
    b 1f
    .space 78
1:  .rept 4
    nop
    .endr
mark mark_one_word      /* 12 in word 13 */
    movs r2, #5
1:  subs r2, #1
    bne 1b
    nop
mark mark_two_words     /* 20: words 14 and 15, five times one after the other */
    movs r2, #5
    nop
1:  nop
    subs r2, #1
    bne 1b
    nop
    nop
    nop
    end_by_reset
