-- What notices bring is what those who are told buy beyond those whose turn had come too and who were not told for a
-- week. Both are known again by a random number of the browser that asked, where its owner lets the shop measure.

create table ops.restock_browsers (
    request_id text primary key references ops.restock_requests on delete cascade,
    browser_sha256 text not null,
    asked_at timestamptz not null default now()
);

create index on ops.restock_browsers (browser_sha256);

comment on table ops.restock_browsers is
'One row per request from a browser whose owner lets the shop measure; it goes with the address.';
comment on column ops.restock_browsers.browser_sha256 is
'Digest of a random number that the browser keeps and puts into the cart; it says nothing of who sits there.';

alter table ops.restock_outcomes add column is_measured boolean not null default false;

comment on column ops.restock_outcomes.is_measured is
'The first turn of a request whose browser is known: told or held out, it can be compared with the others.';

-- An order can name both the notice and the browser.
alter table ops.restock_purchases
drop constraint restock_purchases_pkey,
add primary key (outcome_id, order_line_id, found_by);
