"""Who may sign in, and how: accounts, keys, the web session of one shift, and what keeps guessing out.

What a key proves, codes and their secrets are django-allauth's (allauth.mfa); the pages and their order are here.
"""
