print("late") return { "late" }
