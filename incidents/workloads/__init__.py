"""The workloads of people and channels: asks, informs and reads them."""
