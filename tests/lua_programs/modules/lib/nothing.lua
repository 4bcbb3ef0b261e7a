print("nothing", select("#", ...))
