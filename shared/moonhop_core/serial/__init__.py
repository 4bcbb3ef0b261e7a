"""Messages over a serial line that a console's text goes over as well."""
