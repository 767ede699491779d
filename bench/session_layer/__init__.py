"""The session layer under load: replays, many sessions at once, a peer that does not read, a storm of Logons.

`runs` starts the gateway and the generator, a process of its own (`python -m bench.session_layer SCENARIO`), one module
for each scenario. `member` is a FIX client of the crowd, `numbers` judges what it received, `tables` prints.
"""
