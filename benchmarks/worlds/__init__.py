"""Worlds whose truth is known, written before and apart from the rules that judge them: what does the ladder say in each?"""
