"""What is said about formulas: what leads, what grows, where one overtakes another, what is best."""
