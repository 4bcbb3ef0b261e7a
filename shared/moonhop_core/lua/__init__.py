"""What emitted Python runs on: values, operators, library, machine."""
