"""A node: its worker, the requests it answers, hops, and the interface to a transport."""
