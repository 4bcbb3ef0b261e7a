"""The demonstration: two unlike nodes, one program, and its hops between them."""
