-- Make what stands of one kind exactly what is given. What stood keeps its time and its answer, and is written again
-- only where it says something else; what is gone is resolved.
with given as (
    select
        listed.*,
        %(kind)s::text as asked_kind,
        %(currency)s::text as asked_currency,
        %(owner)s::text as asked_owner
    from jsonb_to_recordset(%(rows)s::jsonb) as listed (
        exception_key text,
        subject text,
        detail text,
        mend text,
        sku text,
        location_id text,
        money_at_risk numeric,
        proposal text
    )
),

resolved as (
    update ops.exceptions as known set resolved_at = now()
    where
        known.kind = %(kind)s
        and known.resolved_at is null
        and known.exception_key not in (select given.exception_key from given)
)

insert into ops.exceptions as known (
    exception_key, kind, subject, detail, mend, sku, location_id, money_at_risk, currency, proposal, owner
)
select
    exception_key,
    asked_kind,
    subject,
    detail,
    mend,
    sku,
    location_id,
    money_at_risk,
    asked_currency,
    proposal,
    asked_owner
from given
on conflict (exception_key) do update set
    detail = excluded.detail,
    mend = excluded.mend,
    sku = excluded.sku,
    location_id = excluded.location_id,
    money_at_risk = excluded.money_at_risk,
    currency = excluded.currency,
    proposal = excluded.proposal,
    owner = excluded.owner,
    raised_at = case when known.resolved_at is null then known.raised_at else now() end,
    answer = case when known.resolved_at is null then known.answer end,
    answered_by = case when known.resolved_at is null then known.answered_by end,
    answered_at = case when known.resolved_at is null then known.answered_at end,
    answer_note = case when known.resolved_at is null then known.answer_note end,
    resolved_at = null
where known.resolved_at is not null or known.detail != excluded.detail
