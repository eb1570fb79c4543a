print("lockwalk")
