"""Logins of a production Airflow (docker-compose.yml): accounts and roles in Airflow's database."""

from __future__ import annotations

from airflow.providers.fab.auth_manager.fab_auth_manager import FabAuthManager
from airflow.providers.fab.auth_manager.models import User
from typing_extensions import override


class FabLogins(FabAuthManager):
    """The accounts of ``apache-airflow-providers-fab``, with approvers known by their names.

    ``STOCKROOM_APPROVERS`` holds user names. This manager's own ids are numbers that nobody knows before the account
    is made, and with them a question that is put to ``buyer`` could be answered by nobody.
    """

    @override
    def is_authorized_hitl_task(self, *, assigned_users: set[str], user: User) -> bool:
        """Return whether the question is put to this user."""
        return user.username in assigned_users
