/* Faults inside its fault handler. */
    .include "common.inc"
    vectors
function fault
    udf #0
function reset
    udf #0
