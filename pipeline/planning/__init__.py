"""How many workers, clients and sessions a study needs before it can say anything: planned designs and their power."""
