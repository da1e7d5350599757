"""How a cost comes about, told step by step; every line is verified before it is shown."""
