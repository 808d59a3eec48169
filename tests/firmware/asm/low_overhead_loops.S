/* Loops of the Armv8.1-M extension: their ends branch back, one time less than they run. */
    .include "common.inc"
    vectors
function fault
    b .
function reset
    ldr r0, =0xE000ED88     /* CPACR: the FPU and MVE on */
    ldr r1, =0x00F00000
    str r1, [r0]
    dsb
    isb
    ldr r1, =RAM
    movs r0, #5
mark mark_le            /* four taken */
    dls lr, r0
1:  nop
    le lr, 1b
    movs r0, #0
mark mark_wls           /* one: over the loop */
    wls lr, r0, 1f
2:  nop
    le lr, 2b
1:  movs r0, #10
mark mark_letp          /* two, and ten words are read, the last two by a predicated load */
    dlstp.32 lr, r0
1:  vldrw.u32 q0, [r1], #16
    letp lr, 1b
    end_by_reset
