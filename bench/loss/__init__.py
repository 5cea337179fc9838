"""The parts of the loss test: real processes, a fleet that changes, disturbances, subscribers, and the verdict."""
