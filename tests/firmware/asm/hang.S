/* Never ends; sends a byte every third instruction if CHATTY is set. */
    .include "common.inc"
    vectors
function fault
    b .
function reset
    ldr r0, =UART_BASE
    movs r1, #16
    str r1, [r0, #16]
    movs r1, #1
    str r1, [r0, #8]
    movs r3, #'x'
mark mark_forever
    .if CHATTY
    str r3, [r0]
    .endif
    nop
    b mark_forever
    .ltorg
