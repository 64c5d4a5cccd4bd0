"""Purchase orders, digests and mails as bytes, from templates.

Nothing here touches a database or a clock: the same content gives the same bytes, so that a job that runs again writes
the same file again. What comes out of data is always *content*: no template language, no formula and no mark-up in it
is ever carried out.
"""
