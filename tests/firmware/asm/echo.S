/* Sends the zero-terminated text in the window to the console, then resets the machine. */
    .include "common.inc"
    vectors
function fault
    b .
function reset
    ldr r0, =UART_BASE
    movs r1, #16
    str r1, [r0, #16]   /* BAUDDIV */
    movs r1, #1
    str r1, [r0, #8]    /* CTRL: transmit */
    ldr r2, =WINDOW
next:
    ldrb r3, [r2], #1
    cbz r3, done
busy:
    ldr r1, [r0, #4]    /* STATE: transmit buffer full */
    lsls r1, r1, #31
    bmi busy
    str r3, [r0]
    b next
done:
    end_by_reset
