print("circle", ...) return function(r) return math.pi * r * r end
