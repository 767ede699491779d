"""The benchmark: fixgate and its peers, one after another, on one machine, in one invocation."""
