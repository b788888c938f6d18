"""A worker that is killed again and again, with real processes on a real file.

python -m tests.runtime.storm --kills 300
"""
