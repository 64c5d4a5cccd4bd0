-- Forget records of which the ledger holds nothing any more: should one come again, all of it is too old to be entered.
delete from ops.stock_documents as documents
where
    documents.said_at <= %(through_at)s
    and not exists (
        select from ops.stock_events as events
        where events.source = documents.source and events.document_key = documents.document_key
    )
