"""The fleet's programs, by hash, in the forms that engines and boards load."""
