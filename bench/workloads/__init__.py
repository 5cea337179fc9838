"""What the servers are asked: a workload is a named list of operations, put to them in turn."""

from bench.workloads.operations import Operation, Workload

__all__ = ["Operation", "Workload"]
