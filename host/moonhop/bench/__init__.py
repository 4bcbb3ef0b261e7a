"""``moonhop bench``: measures moonhop on the user's own machine; one file a measurement."""
