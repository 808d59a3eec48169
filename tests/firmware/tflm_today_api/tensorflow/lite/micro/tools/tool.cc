#error "tools are not part of the firmware"
