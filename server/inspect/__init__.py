"""`virtgraph inspect`: domain XML shown as virtgraph understands it, without any database."""
