"""Which process runs where: the fleet's state, policies, hops, and what became of each."""
