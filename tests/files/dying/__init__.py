"""File stores that die amid their work: by SIGKILL, or because the power goes."""
