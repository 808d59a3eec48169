*** Settings ***
Documentation       The main path by the keywords of harness.robot, on QEMU.
Library             OperatingSystem
Library             String
Library             harness.robot    simulator=qemu
Resource            board_path.resource


*** Test Cases ***
A quantized model keeps the float model's quality
    A Quantized Model Keeps The Float Model's Quality

Firmware is built into a file that can be kept
    Firmware Is Built Into A File That Can Be Kept

Firmware runs on the board and answers as the host
    ${cell} =    Firmware Runs On The Board And Answers As The Host
    Should Be Equal    ${cell.simulator}    qemu

Time and energy are estimates with a band
    ${cell} =    Measure Model    digits    int8    nano33ble
    Latency Should Be At Most    ${cell}    20 ms
    Latency Should Be At Most    ${cell}    40 ms    bound=high
    Energy Should Be At Most    ${cell}    1 mJ
    Energy Should Be At Most    ${cell}    2 mJ    bound=high
    Should Be True    ${cell.latency_low_ms} <= ${cell.latency_ms} <= ${cell.latency_high_ms}

A model of a stream keeps up with its sensor
    ${cell} =    Measure Model    motion    int8    nano33ble    samples=12
    Should Keep Up In Real Time    ${cell}

A board that is too small is told with what is missing
    # The same core and the same machine as another board, so that nothing is compiled for it.
    ${board} =    Get File    ${CURDIR}/../../boards/nano33ble.toml
    ${board} =    Replace String    ${board}    name = "nano33ble"    name = "small"
    ${board} =    Replace String    ${board}    bytes = 0x10_0000    bytes = 0x1_0000
    Create File    ${OUTPUT DIR}/small.toml    ${board}
    ${cell} =    Measure Model    digits    int8    ${OUTPUT DIR}/small.toml
    Status Should Be    ${cell}    does-not-fit
    Run Keyword And Expect Error    digits int8 small simd O2: does-not-fit: flash * more than the board's 64.0 KiB
    ...    Model Should Fit Board    ${cell}

A limit that is missed is told with the cell, the figure and by how much
    ${cell} =    Measure Model    digits    int8    nano33ble
    Flash Should Be At Most    ${cell}    ${cell.flash_bytes}
    ${limit} =    Evaluate    $cell.flash_bytes - 1
    ${error} =    Run Keyword And Expect Error    *    Flash Should Be At Most    ${cell}    ${limit}
    ${flash} =    Evaluate    f"{${cell.flash_bytes}:,}"
    ${limit} =    Evaluate    f"{${limit}:,}"
    Should Be Equal    ${error}
    ...    digits int8 nano33ble simd O2: flash is ${flash} B, 1 B more than the limit of ${limit} B

Results are saved, loaded, compared and held against budgets
    ${int8} =    Measure Model    digits    int8    nano33ble
    ${reference} =    Measure Model    digits    int8    nano33ble    kernels=reference
    Save Results    ${OUTPUT DIR}/both.csv    ${int8}    ${reference}
    ${table} =    Load Results    ${OUTPUT DIR}/both.csv
    Length Should Be    ${table}    2
    ${cell} =    Select Cell    ${table}    digits    kernels=simd
    ${count} =    Get Figure    ${cell}    instructions
    Should Be Equal As Integers    ${count}    ${int8.instructions}
    Should Not Have Grown Since    ${int8}    ${OUTPUT DIR}/both.csv
    # The same table, but that one instruction fewer ran.
    ${csv} =    Get File    ${OUTPUT DIR}/both.csv
    ${fewer} =    Evaluate    $int8.instructions - 1
    ${csv} =    Replace String    ${csv}    ,${int8.instructions},    ,${fewer},
    Create File    ${OUTPUT DIR}/fewer.csv    ${csv}
    Run Keyword And Expect Error    *more than in * instructions *(+1*
    ...    Should Not Have Grown Since    ${int8}    ${OUTPUT DIR}/fewer.csv
    Run Keyword And Expect Error    gate FAILED: * failed*instructions*
    ...    Gate Should Pass    ${OUTPUT DIR}/both.csv    ${CURDIR}/budgets.toml    ${OUTPUT DIR}/fewer.csv
    Gate Should Pass    ${OUTPUT DIR}/both.csv    ${CURDIR}/budgets.toml
    Run Keyword And Expect Error    gate FAILED: * ram_bytes * limit 1,024 B*
    ...    Gate Should Pass    ${OUTPUT DIR}/both.csv    ${CURDIR}/tight_budgets.toml

What is asked for wrongly is refused in one line
    [Template]    Refusal Should Be
    unknown board 'nano33bel'; did you mean 'nano33ble'?*    Measure Model    digits    int8    nano33bel
    unknown model 'digit'; did you mean 'digits'?*    Build Firmware    digit    int8    nano33ble
    scheme int8: mine.tflite is taken as it comes; give scheme as-is    Measure Model    mine.tflite    int8    pico
    results/none.csv: cannot be read*    Load Results    results/none.csv
    *Argument 'firmware' got value 'x' * give what Build Firmware returned    Run On Board    x

A refusal names the argument
    Run Keyword And Expect Error    samples 0: give a number from 1, or all
    ...    Measure Model    digits    int8    nano33ble    samples=0
    Run Keyword And Expect Error    kernels cmsis-nn: * give one with tflm_dir
    ...    Measure Model    digits    int8    nano33ble    kernels=cmsis-nn


*** Keywords ***
Refusal Should Be
    [Arguments]    ${message}    @{keyword}
    ${error} =    Run Keyword And Expect Error    ${message}    @{keyword}
    Should Not Contain    ${error}    \n
    Should Not Contain    ${error}    Traceback
