/* Counts with SysTick how long 2 * COUNT instructions take, and sends the ticks, low byte first. */
    .include "common.inc"
    vectors
function fault
    b .
function reset
    ldr r4, =0xE000E010     /* SYST_CSR, then SYST_RVR, SYST_CVR */
    ldr r1, =0x00FFFFFF
    str r1, [r4, #4]
    str r1, [r4, #8]
    movs r1, #5             /* on, by the processor's clock */
    str r1, [r4]
    ldr r0, =COUNT
    movs r5, #200           /* the counter is loaded at its first tick */
1:  subs r5, #1
    bne 1b
    ldr r2, [r4, #8]
mark mark_counted
1:  subs r0, #1
    bne 1b
mark mark_sent
    ldr r3, [r4, #8]
    subs r2, r3
    ldr r0, =UART_BASE
    movs r1, #16
    str r1, [r0, #16]
    movs r1, #1
    str r1, [r0, #8]
    movs r5, #4
2:  ldr r1, [r0, #4]
    lsls r1, r1, #31
    bmi 2b
    strb r2, [r0]
    lsrs r2, #8
    subs r5, #1
    bne 2b
    end_by_reset
