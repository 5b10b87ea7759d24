"""What is printed. The same answer prints the same bytes: nothing here reads the clock."""
