create table raw.landing_files (
    landing_file_id bigint generated always as identity primary key,
    source text not null,
    stream text not null,
    path text not null unique,
    file_name text generated always as (regexp_replace(path, '^.*/', '')) stored,
    window_start timestamptz,
    window_end timestamptz,
    bytes bigint not null,
    sha256 text not null,
    line_count integer,
    loaded_count integer,
    rejected_count integer,
    channel_time timestamptz,
    landed_at timestamptz not null,
    loaded_at timestamptz not null default now()
);

create index landing_files_by_stream on raw.landing_files (source, stream, window_end desc);
create index landing_files_by_name on raw.landing_files (source, stream, file_name, landing_file_id desc);
grant update on raw.landing_files to stockroom_app;

comment on table raw.landing_files is
'One row per landing file that was loaded, written in the transaction of its rows.'
' A stream''s cursor is its newest window_end.';
comment on column raw.landing_files.path is 'Where the file lies, below the landing URL.';
comment on column raw.landing_files.window_start is
'Start of the window asked for, by the channel''s clock; null for files that have no window.';
comment on column raw.landing_files.window_end is
'End of the window asked for: the next extract starts here. Null for files that have no window.';
comment on column raw.landing_files.sha256 is
'Of the file as it lies there; the same path with other content is refused.';
comment on column raw.landing_files.line_count is 'Lines that hold something: loaded, rejected and unchanged ones.';
comment on column raw.landing_files.loaded_count is
'Rows stored in the stream''s table; fewer than the good lines where a snapshot stream was unchanged.';
comment on column raw.landing_files.rejected_count is 'Rows in raw.rejected_records.';
comment on column raw.landing_files.channel_time is 'The channel''s own clock when it answered; null for files.';
comment on column raw.landing_files.landed_at is 'When the file was written to landing.';

create table raw.rejected_records (
    landing_file_id bigint not null references raw.landing_files,
    line_number integer not null,
    reason text not null,
    record text not null,
    rejected_at timestamptz not null default now(),
    primary key (landing_file_id, line_number)
);

comment on table raw.rejected_records is 'One row per line of a landing file that was not loaded, with the reason.';
comment on column raw.rejected_records.reason is 'Names the field, the value and the mend.';
comment on column raw.rejected_records.record is
'The line as far as it can be shown: its first 10,000 characters; the landing file holds it whole.';

-- Adds the partition of one month (UTC) to a raw table. Attaching lets readers and other loaders go on, which
-- "create table ... partition of" would not; the advisory lock makes two loaders at midnight of the 1st take turns.
create function raw.ensure_partition(table_name text, landed_at timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    first_moment timestamptz := date_trunc('month', landed_at, 'UTC');
    partition_name text := table_name || '_' || to_char(first_moment at time zone 'UTC', 'YYYY_MM');
begin
    if to_regclass(format('raw.%I', partition_name)) is not null then
        return;
    end if;
    if not exists (
        select from pg_partitioned_table where partrelid = to_regclass(format('raw.%I', table_name))
    ) then
        raise exception 'raw.% is no partitioned table; add the stream to a migration', table_name;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('raw.ensure_partition', 0));
    if to_regclass(format('raw.%I', partition_name)) is not null then
        return;
    end if;
    -- Documents of up to 8 kB stay uncompressed: 2.6 times the space, but staging reads them twice as fast.
    execute format(
        'create table raw.%I (like raw.%I including defaults) with (toast_tuple_target = 8160)',
        partition_name, table_name
    );
    execute format(
        'alter table raw.%I attach partition raw.%I for values from (%L) to (%L)',
        table_name, partition_name, first_moment,
        date_trunc('month', first_moment at time zone 'UTC' + interval '1 month') at time zone 'UTC'
    );
end
$$;

comment on function raw.ensure_partition is 'Adds the partition for the month of landed_at, if it is missing.';
grant execute on function raw.ensure_partition to stockroom_app;

do $$
declare
    stream record;
begin
    for stream in
        select * from (values
            ('shopify_orders', 'Shopify orders with lines, refunds and fulfilments; key: id', false),
            ('shopify_products', 'Shopify products with variants; key: id', false),
            ('shopify_inventory_levels', 'Shopify inventory items with their levels per location; key: id', true),
            ('shopify_locations', 'Shopify locations; key: id', true),
            ('wholesale_orders', 'Lines of bulk orders from the wholesale folder; key: order_number/line', false),
            ('suppliers_terms', 'Suppliers with lane, lead time, minimum and payment terms; key: supplier_id', false),
            ('suppliers_catalogues', 'Suppliers'' offers with cost and pack; key: supplier_id/supplier_sku', false),
            ('suppliers_purchase_orders', 'Order lines the store placed itself; key: po_number/line_number', false),
            ('suppliers_backorders', 'Lines a supplier delivers later; key: po_number/line_number', false),
            ('wms_receipts', 'Goods received at a location; key: receipt_id', false),
            ('wms_adjustments', 'Write-offs and counts; key: adjustment_id', false),
            ('planners_promotions', 'The planners'' promotion calendar; key: promotion_id', false),
            ('planners_policies', 'The planners'' policies; key: scope/key', false)
        ) as streams (table_name, about, is_snapshot)
    loop
        execute format($sql$
            create table raw.%1$I (
                landing_file_id bigint not null,
                line_number integer not null,
                record_key text not null,
                document jsonb not null,
                landed_at timestamptz not null,
                primary key (landing_file_id, line_number, landed_at)
            ) partition by range (landed_at)
        $sql$, stream.table_name);
        execute format(
            'comment on table raw.%I is %L', stream.table_name, 'One row per landed record. ' || stream.about
        );
        execute format(
            'comment on column raw.%I.line_number is %L', stream.table_name, 'Line of the landing file, from 1.'
        );
        execute format(
            'comment on column raw.%I.record_key is %L', stream.table_name,
            'The key fields of the document joined with /; several rows are versions of one record.'
        );
        if stream.is_snapshot then  -- the load compares each document with its newest stored version
            execute format(
                'create index on raw.%I (record_key, landing_file_id desc, line_number desc)', stream.table_name
            );
        end if;
    end loop;
end
$$;
