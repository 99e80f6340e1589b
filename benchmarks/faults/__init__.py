"""What the faults of `benchmarks/reliability.py` are made with: a JACK recorder, a clock that can be set."""
