"""Who is expected: a reception's list taken in, and what each will need, before the van is there."""
