/* Loads and stores of every width, aligned or not, to RAM, to the code's memory and to neither. */
    .include "common.inc"
    vectors
function fault
    b .
function reset
    ldr r1, =RAM
    ldr r5, =0xE000ED00
    movs r0, #0
mark mark_reads         /* 4 of the words 0, 0, 1, 1 and 2; the last is unaligned */
    ldr r2, [r1]
    ldrh r2, [r1, #2]
    ldrb r2, [r1, #4]
    ldr r2, [r1, #6]
mark mark_several       /* 3 of the words 0, 1, 2 and 2 of the words 4, 5 */
    ldm r1, {r2-r4}
    ldrd r2, r3, [r1, #16]
mark mark_writes        /* 7, of which one is unaligned, and 2 reads of the words written last */
    str r2, [r1]
    strh r2, [r1, #1]
    stm r1, {r2-r4}
    push {r2, r3}
    pop {r2, r3}
mark mark_elsewhere     /* one read of the code's memory; one of no memory; one not executed */
    ldr r2, =0x12345678
    ldr r2, [r5]
    cmp r0, #0
    it ne
    ldrne r2, [r1]
    end_by_reset
