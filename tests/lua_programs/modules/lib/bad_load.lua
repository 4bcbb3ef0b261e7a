local x = 1

error("while loading")
