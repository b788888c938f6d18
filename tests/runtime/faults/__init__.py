"""The engine in a world where everything goes wrong that can: crashes, lost and repeated answers, clocks that jump.

python -m tests.runtime.faults --minutes 30      # as many worlds as there is time for
"""
