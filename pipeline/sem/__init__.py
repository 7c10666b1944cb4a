"""Confirmatory factor analysis by maximum likelihood: one level, several groups, two levels.

No maintained library does all of it on pandas 3: semopy has neither mean structures across groups nor two levels.
"""
