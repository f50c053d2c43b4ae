"""What is done with recordings once they are there: logs are read, kept in a store, searched, compared, handed on."""
