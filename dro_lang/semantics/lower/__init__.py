"""From syntax trees to typed forms, one kind of declaration a file. Start with `world.py`."""
