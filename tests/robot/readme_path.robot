*** Settings ***
Documentation       The path that the README leads along: look at the machine, measure one cell, measure it
...                 again, hold it against budgets, then measure a model of one's own.
Library             CommandLine.py


*** Variables ***
@{ONE CELL}         bench    --model    digits    --scheme    int8    --board    nano33ble
...                 --kernels    simd
${TABLE}            results/digits-int8-nano33ble-simd.csv


*** Test Cases ***
The doctor finds everything that the harness needs
    Run Harness    doctor
    Exit Status Should Be    ${0}
    Output Should Contain    arm-none-eabi-gcc    qemu-system-arm    is there.

One cell is measured into a row that says ok
    Run Harness    @{ONE CELL}
    Exit Status Should Be    ${0}
    Output Should Contain    ${TABLE}    results/digits-int8-nano33ble-simd.json
    Row Should Have    ${TABLE}    model=digits    scheme=int8    board=nano33ble    status=ok    reason=
    Row Should Have    ${TABLE}    samples=100    outputs_checked=100    outputs_differing=0
    Row Should Have Figures    ${TABLE}    quality_device    flash_bytes    ram_bytes    instructions

The row says how long it takes, and how far that is known
    Row Should Have    ${TABLE}    timing=cortex-m4 1
    Row Should Have Figures    ${TABLE}    cycles    cycles_low    cycles_high    latency_ms    energy_uj

The profile shows where the cycles go, and writes its pictures
    Run Harness    profile    digits    int8    nano33ble    --out    profile
    Exit Status Should Be    ${0}
    Output Should Contain    CONV_2D    FULLY_CONNECTED    interpreter    all
    File Should Exist    profile/flame.html
    File Should Exist    profile/trace.json
    File Should Exist    profile/stacks.folded

A slower clock takes longer, and nothing is run again for it
    Run Harness    profile    digits    int8    nano33ble    --out    slower    --clock    32MHz
    Exit Status Should Be    ${0}
    Output Should Not Contain    counting    linking    estimating
    Output Should Contain    32 MHz

A profile of an unknown scheme is refused in one line
    Run Harness    profile    digits    int9    nano33ble
    Exit Status Should Be    ${2}
    Complaint Should Be One Line With    int9

A second run starts no step and writes the same bytes
    ${first} =    Bytes Of    ${TABLE}
    Run Harness    @{ONE CELL}
    Exit Status Should Be    ${0}
    No Step Should Have Been Started
    ${second} =    Bytes Of    ${TABLE}
    Should Be Equal    ${first}    ${second}

The gate passes where the budget is generous
    Write File    generous.toml    [[budget]]    model = "digits"    board = "nano33ble"    flash_bytes = 1_048_576
    ...    ram_bytes = 262_144    quality_min = 0.9
    Run Harness    gate    --results    ${TABLE}    --budgets    generous.toml    --no-baseline
    Exit Status Should Be    ${0}
    Output Should Contain    gate passed

The gate fails with status 1 where the budget is tight
    Write File    tight.toml    [[budget]]    model = "digits"    board = "nano33ble"    ram_bytes = 1024
    Run Harness    gate    --results    ${TABLE}    --budgets    tight.toml    --no-baseline
    Exit Status Should Be    ${1}
    Output Should Contain    gate FAILED    digits int8 on nano33ble

The gate refuses with status 2 where the results are missing
    Run Harness    gate    --results    results/nowhere.csv    --budgets    tight.toml
    Exit Status Should Be    ${2}
    Complaint Should Be One Line With    results/nowhere.csv

A model of one's own is measured as it is, byte for byte like on the host
    Write Model Of Ones Own    mine.tflite
    Run Harness    bench    --model    mine.tflite    --board    nano33ble    --kernels    simd    --out    own
    Exit Status Should Be    ${0}
    Steps Should Have Been Started
    Row Should Have    own/mine-nano33ble-simd.csv    model=mine    scheme=as-is    status=ok    outputs_differing=0
    Row Should Have Figures    own/mine-nano33ble-simd.csv    outputs_checked    flash_bytes    instructions

A model of one's own is not measured twice
    Run Harness    bench    --model    mine.tflite    --board    nano33ble    --kernels    simd    --out    own
    Exit Status Should Be    ${0}
    No Step Should Have Been Started

An unknown board is answered with the nearest one
    Run Harness    bench    --model    digits    --scheme    int8    --board    nano33bel    --out    unknown
    Exit Status Should Be    ${2}
    Complaint Should Be One Line With    nano33bel    nano33ble
    Output Should Not Contain    Traceback
    File Should Not Exist    unknown

A file that is no model is refused in one line
    Write File That Is No Model    noise.tflite
    Run Harness    bench    --model    noise.tflite    --board    nano33ble    --out    noise
    Exit Status Should Be    ${2}
    Complaint Should Be One Line With    noise.tflite
    Output Should Not Contain    Traceback
    File Should Not Exist    noise
