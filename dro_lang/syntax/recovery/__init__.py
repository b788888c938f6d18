"""What to do where a token does not fit: find the smallest change of the text that makes it fit, say so, and go on."""
