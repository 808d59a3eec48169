/* Accesses to a device in the middle of a block, and an instruction across the end of a page. */
    .include "common.inc"
    vectors
function fault
    b .
function reset
    ldr r0, =UART_BASE
    movs r1, #16
mark mark_devices       /* 7 */
    nop
    str r1, [r0, #16]
    nop
    ldr r2, [r0, #4]
    nop
    nop
    b page
    .balign 1024
    .space 1012
page:
mark mark_page          /* 7; the sixth lies in two pages */
    .rept 5
    nop
    .endr
    add.w r2, r2, r2
    nop
    end_by_reset
    .ltorg
