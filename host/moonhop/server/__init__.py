"""The host's HTTP side: the API for people and tools, files and programs for nodes."""
