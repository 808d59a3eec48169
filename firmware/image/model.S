/* The model file, as the interpreter reads it: in flash, on 16 bytes. */
  .syntax unified
  .section .model, "a", %progbits
  .balign 16
  .incbin "model.tflite"
