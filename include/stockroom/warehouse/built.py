"""Whether dbt has made what a query is about to read: nothing of it before the first build, not all after an update."""

from __future__ import annotations

import psycopg


def are_built(connection: psycopg.Connection, *names: str) -> bool:
    """Return whether all of these are there: ``schema.relation``, or a column of one, ``schema.relation.column``."""
    [(is_there,)] = connection.execute(
        """
        select
            bool_and(
                case
                    when place[3] is null then to_regclass(name) is not null
                    else exists (
                        select from pg_attribute
                        where attrelid = to_regclass(place[1] || '.' || place[2]) and attname = place[3]
                    )
                end
            )
        from unnest(%s::text[]) as name cross join lateral string_to_array(name, '.') as place
        """,
        (list(names),),
    ).fetchall()
    return bool(is_there)
