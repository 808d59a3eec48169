/* Regions with hand-counted instructions: a loop, an IT block, markers inside a straight run. */
    .include "common.inc"
    vectors
function fault
    b .
function reset          /* boot: 2 */
    movs r0, #5
    nop
mark mark_loop          /* 1 + 10 * 2 = 21 */
    movs r1, #10
1:  subs r1, #1
    bne 1b
mark mark_it            /* 4: the instruction that is skipped counts too */
    cmp r0, #5
    ite eq
    addeq r2, #1
    addne r2, #2
mark mark_middle        /* 3 */
    nop
    nop
    nop
mark mark_again         /* 1 */
    nop
    end_by_reset
