"""The words people see and hear: files, translations, sign-off, voices; published once, and shown only as published."""
