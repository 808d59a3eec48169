*** Settings ***
Documentation       The axes of the table: every kind of weights on the device, a detector with the features that
...                 its firmware computes, and requests that make no sense.
Library             CommandLine.py


*** Variables ***
@{EVERY KIND OF WEIGHTS}    --scheme    int8    --scheme    int16x8    --scheme    int4    --scheme    int8-qat
...                         --scheme    int8-sparse-80    --scheme    int8-clustered-16


*** Test Cases ***
The schemes are listed with what they need and where they run
    Run Harness    schemes
    Exit Status Should Be    ${0}
    Output Should Contain    int16x8    int4-qat    int8-pruned-50    int8-sparse-80    int8-clustered-16
    Output Should Contain    calibration    training    host only    BASE-RECIPE

Every kind of weights gives the host's bytes on the device
    Run Harness    bench    --model    motion    --board    nano33ble    --samples    12    --out    schemes
    ...    @{EVERY KIND OF WEIGHTS}
    Exit Status Should Be    ${0}
    Table Should Have Rows    schemes    12
    Every Row Should Have    schemes    status=ok    samples=12    outputs_differing=0

The project's kernels need a fraction of the reference's instructions
    Kernels Should Need Fewer Instructions    schemes    simd    0.3    reference    int8    int16x8    int4

The kernel sets are listed, and what one of them covers
    Run Harness    kernels
    Exit Status Should Be    ${0}
    Output Should Contain    simd    reference    cmsis-nn
    Run Harness    kernels    simd
    Exit Status Should Be    ${0}
    Output Should Contain    CONV_2D    int8+int4

A kernel set that no tree brings is refused with what to do
    Run Harness    bench    --model    motion    --kernels    cmsis-nn    --out    none
    Exit Status Should Be    ${2}
    Complaint Should Be One Line With    cmsis-nn    --tflm-dir

Weights of four bits take half the flash of those of eight
    Row Figure Should Be Below    schemes    weights_bytes    scheme=int4    than=0.6    of_scheme=int8

A detector is measured with the features that its firmware computes
    Run Harness    bench    --model    anomaly    --scheme    int8    --board    nano33ble    --samples    24
    ...    --with-features    --out    features
    Exit Status Should Be    ${0}
    Every Row Should Have    features    status=ok    features=device    outputs_differing=0    metric=auc
    Every Row Should Have Figures    features    auc    pauc    eer    features_instructions    pipeline_instructions

Features that no model of the sweep has are refused
    Run Harness    bench    --model    motion    --with-features    --out    none
    Exit Status Should Be    ${2}
    Complaint Should Be One Line With    --with-features    anomaly
    File Should Not Exist    none

A combination that makes no sense is refused with the reason
    Run Harness    bench    --model    motion    --scheme    int4-clustered-16    --out    none
    Exit Status Should Be    ${2}
    Complaint Should Be One Line With    int4-clustered-16    no more than 16 values already

A folder that is no such data set is refused with what was expected
    Write File    empty/readme.txt    nothing
    Run Harness    bench    --model    image    --dataset    image=empty    --out    none
    Exit Status Should Be    ${2}
    Complaint Should Be One Line With    empty    data_batch_1    readme.txt
    Output Should Not Contain    Traceback
