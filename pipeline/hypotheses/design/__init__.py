"""From linked tables to the columns of a model: which rows, which exposures, which coding, whether they can carry it."""
