"""What a plan is while it runs, as a pure function: `step(state, event) -> (state', commands)`.

No clock, no I/O, no random numbers: time comes in events, what is to be done outside goes out as commands. Start with
`machine.py`; docs/kernel.md describes the port.
"""
