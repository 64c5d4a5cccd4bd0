"""Purchase orders, digests and mails as files, from templates."""
