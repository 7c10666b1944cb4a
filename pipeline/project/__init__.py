"""Everything that touches a disk: batches, raw files, instruments, the stage runner."""
