*** Settings ***
Documentation       The same path on Renode, where such a simulator is known and installed.
Library             harness.robot    simulator=renode
Resource            board_path.resource
Suite Setup         Skip Unless Simulator Is Available    renode
Test Tags           renode


*** Test Cases ***
A quantized model keeps the float model's quality
    A Quantized Model Keeps The Float Model's Quality

Firmware is built into a file that can be kept
    Firmware Is Built Into A File That Can Be Kept

Firmware runs on the board and answers as the host
    ${cell} =    Firmware Runs On The Board And Answers As The Host
    Should Be Equal    ${cell.simulator}    renode
