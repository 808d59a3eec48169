#error "the application supplies the log"
