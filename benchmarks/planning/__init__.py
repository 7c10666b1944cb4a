"""Is the power that a plan promises the power that drawn studies show? Tier 1 against the pipeline's own headline.

A study costs the pipeline a quarter of a second: tables, windows, a design and a search, each for one study. Here a course
of advocacy is drawn and made ready once (`course`), many outcomes are drawn for it by the simulator's own law, and their
headlines are searched side by side (`likelihood`, `search`, `headline`). For one outcome of every fifth course the same is
done by the pipeline itself; estimate, standard error and df must agree.
"""
