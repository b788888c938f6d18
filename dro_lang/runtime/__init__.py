"""Drivers of the kernel: they bring it time, answers and wishes, and carry out what it asks for."""
