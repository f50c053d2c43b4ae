"""Lets `python -m testwright` do what `testwright` does."""

from testwright.cli.main import main

if __name__ == "__main__":
    main()
