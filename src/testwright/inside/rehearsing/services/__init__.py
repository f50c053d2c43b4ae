"""Sets up applications of FastAPI, Starlette and Flask, with their databases, as tests of them would; loaded in workers only."""
