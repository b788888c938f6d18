"""What the commands of operators share: the store, filters, values, and how they change one thing or many."""
