/* Kernels for Cortex-M3 and M4 whose cycles the manuals give; each is a region of its own. */
    .include "common.inc"
    vectors
function fault
    b .
function reset
    bl prepare
    .balign 4
mark loads              /* independent loads, 16-bit opcodes */
    ldr r0, [r4]
    ldr r1, [r4, #4]
    ldr r2, [r4, #8]
    ldr r3, [r4, #12]
mark idle_1
    nop
    bl prepare
    .balign 4
mark chase              /* each load gives the address of the next */
    ldr r5, [r5]
    ldr r5, [r5]
    ldr r5, [r5]
mark idle_2
    nop
    bl prepare
    .balign 4
mark computed_address   /* the address comes from the instruction before */
    adds r4, #4
    ldr r0, [r4]
    adds r4, #4
    str r0, [r4]
mark idle_3
    nop
    bl prepare
    .balign 4
mark stores             /* constant offsets */
    str r0, [r4]
    str r0, [r4, #4]
    str r0, [r4, #8]
mark idle_4
    nop
    bl prepare
    movs r6, #8
    .balign 4
mark store_behind_load  /* DDI 0337I p. 3-9: LDR R0,[R1,R2]; STR R1,[R3,R2] is three cycles */
    ldr r0, [r4, r6]
    str r1, [r4, r6]
mark idle_5
    nop
    bl prepare
    .balign 4
mark multiples          /* 1 + N each */
    ldmia r4, {r0, r1, r2, r3}
    stmia r4!, {r0, r1, r2}
    push {r0, r1}
    pop {r0, r1}
mark idle_6
    nop
    .balign 4
mark products
    muls r0, r1, r0
    movs r2, #1
    mul r2, r1, r0
    mla r3, r1, r0, r2
    mls r3, r1, r0, r2
mark idle_7
    nop
    .balign 4
mark long_products
    smull r0, r1, r2, r3
    umlal r0, r1, r2, r3
mark idle_8
    nop
    .balign 4
mark division
    udiv r0, r1, r2
    sdiv r0, r1, r2
mark idle_9
    nop
    .balign 4
mark loop               /* 10 turns, back to a 16-bit instruction */
    movs r1, #10
1:  subs r1, #1
    bne 1b
mark idle_10
    nop
    .balign 4
mark loop_to_wide       /* 10 turns, back to a 32-bit instruction that is not word aligned */
    movs r1, #10
1:  add.w r2, r2, r3
    subs r1, #1
    bne 1b
mark idle_11
    nop
    bl prepare
    .balign 4
mark accumulate         /* 8 turns of a 16-bit multiply-accumulate */
    movs r7, #8
    nop
1:  ldrsh r0, [r4], #2
    ldrsh r1, [r6], #2
    mla r3, r0, r1, r3
    subs r7, #1
    bne 1b
mark idle_12
    nop
    .balign 4
mark call
    bl leaf
mark idle_13
    nop
    .balign 4
mark misaligned         /* three 32-bit instructions that are not word aligned */
    movs r0, #1
    add.w r1, r1, r2
    add.w r1, r1, r2
    add.w r1, r1, r2
mark idle_14
    nop
    .balign 4
mark skipped            /* an IT block of which one arm runs */
    cmp r0, r0
    ite eq
    addeq r1, #1
    addne r1, #2
    end_by_reset

function leaf
    bx lr

function prepare        /* r4, r6: words in RAM; r5: the address of a word that holds it */
    ldr r4, =STACK_TOP
    add.w r6, r4, #64
    add.w r5, r4, #128
    str r5, [r5]
    bx lr
    .ltorg
