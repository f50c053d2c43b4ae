"""Plants small bugs (mutants) in source, all in one copy of a module, and runs tests against each of them."""
