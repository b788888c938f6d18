"""`drolang.toml`: what the outside is in one environment. `read.py` makes it of text, `model.py` says what it holds."""
