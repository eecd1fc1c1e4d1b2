print("balloonsim")
