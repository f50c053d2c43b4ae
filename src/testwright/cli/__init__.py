"""The command line: the only code of testwright that prints or exits; one file for each verb."""
