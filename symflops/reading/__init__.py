"""What is read from text that strangers wrote."""
