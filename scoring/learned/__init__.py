from os import environ

# Our matrices are small: threads of the linear algebra would only get into each other's way, and into other work's.
environ.setdefault("OPENBLAS_NUM_THREADS", "1")
