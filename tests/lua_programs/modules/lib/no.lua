print("no") return false
