{# Before fct_order_lines is filled: delete the rows that would come out differently today. The model then adds what is
   missing, in the same transaction. A row is forgotten when
     - it was counted for a later date than today's (an older day is replayed),
     - its line changed: a newer version landed, a counterpart was found, the catalogue or a place changed,
     - something happened to it between the cut-off it was counted for and today's. #}
{% macro forget_changed_order_lines() -%}
    {%- if is_incremental() -%}
        with

        order_lines as (

            select * from {{ ref('int_order_lines_conformed') }}

            where
                line_class in ('stock', 'service')
                and ordered_at < {{ cut_off() }}

        ),

        unchanged as (

            select
                this.channel_id,
                this.order_line_id

            from {{ this }} as this
            inner join order_lines
                on
                    this.channel_id = order_lines.channel_id
                    and this.order_line_id = order_lines.order_line_id
                    and this.landing_file_id = order_lines.landing_file_id
                    and this.sku is not distinct from order_lines.sku
                    -- A listing of which planners say other parts: a pack's unit costs what its piece costs, shared.
                    and this.unit_price is not distinct from order_lines.unit_price
                    and this.location_id = order_lines.location_id
                    and this.line_kind = order_lines.line_kind
                    and this.is_stock_item = (order_lines.line_class = 'stock')
                    and this.counterpart_line_id is not distinct from case
                        when order_lines.counterpart_at < {{ cut_off() }} then order_lines.counterpart_line_id
                    end

            where this.counted_for_date <= {{ as_of_date() }}

        ),

        overtaken as (

            select distinct
                this.channel_id,
                this.order_line_id

            from {{ this }} as this
            inner join {{ ref('int_order_line_events_unioned') }} as events
                on
                    this.channel_id = events.channel_id
                    and this.order_line_id = events.order_line_id

            where
                events.occurred_at >= {{ start_of_day('this.counted_for_date') }}
                and events.occurred_at < {{ cut_off() }}
                -- The same bound without the join: mostly no event at all is left for it.
                and events.occurred_at >= (select {{ start_of_day('min(counted_for_date)') }} from {{ this }})

        )

        delete from {{ this }} as this
        where
            not exists (
                select 1 from unchanged
                where
                    unchanged.channel_id = this.channel_id
                    and unchanged.order_line_id = this.order_line_id
            )
            or exists (
                select 1 from overtaken
                where
                    overtaken.channel_id = this.channel_id
                    and overtaken.order_line_id = this.order_line_id
            )
    {%- endif -%}
{%- endmacro %}

{# A number larger than that of every build before, so that a later fact can tell which lines changed since it was made.
   It survives a full refresh: the numbers of the relations that are about to be replaced still count. #}
{% macro next_build_number() -%}
    {%- set numbers = [0] -%}
    {%- if execute and flags.WHICH in ('run', 'build') -%}
        {%- for name in ('fct_order_lines', 'fct_sales_daily') -%}
            {%- set relation = adapter.get_relation(this.database, this.schema, name) -%}
            {%- if relation -%}
                {%- set answer = run_query("select coalesce(max(build_number), 0) from " ~ relation) -%}
                {%- do numbers.append(answer.columns[0].values()[0] | int) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ (numbers | max) + 1 }}
{%- endmacro %}

{# One row per day of sales: how many order lines and returns it sums, the newest build that wrote one of them, and the
   sum of the exchange rates of what was sold in other currencies. A line that is written again has a larger build
   number, a line that is gone lowers the count and a rate that came late adds to the sum, so a day whose three figures
   are as before is as before. #}
{% macro sales_day_stamps() -%}
    select
        day_facts.sold_date,
        cast(count(*) as integer) as day_order_lines,
        cast(coalesce(sum(day_facts.rate), 0) as numeric(18, 8)) as day_exchange_rates,
        max(day_facts.build_number) as build_number

    from (
        select
            order_lines.ordered_date as sold_date,
            order_lines.build_number,
            exchange_rates.rate

        from {{ ref('fct_order_lines') }} as order_lines
        left join {{ ref('int_exchange_rates') }} as exchange_rates
            on
                order_lines.currency = exchange_rates.currency
                and order_lines.ordered_date >= exchange_rates.rate_date
                and (order_lines.ordered_date < exchange_rates.next_rate_date or exchange_rates.next_rate_date is null)

        where
            order_lines.is_stock_item
            and order_lines.line_kind = 'sale'

        union all

        select
            {{ local_date('events.occurred_at') }} as sold_date,
            order_lines.build_number,
            null as rate

        from {{ ref('fct_order_lines') }} as order_lines
        inner join {{ ref('int_order_line_events_unioned') }} as events
            on
                order_lines.channel_id = events.channel_id
                and order_lines.order_line_id = events.order_line_id

        where
            order_lines.is_stock_item
            and events.event_kind in ('returned', 'returned_unsaleable')
            and events.occurred_at < {{ cut_off() }}
    ) as day_facts

    group by day_facts.sold_date
{%- endmacro %}

{# Before fct_sales_daily is filled: delete the days whose order lines changed since they were summed. The model then
   adds the days that are missing, in the same transaction. #}
{% macro forget_changed_sales_days() -%}
    {%- if is_incremental() -%}
        with

        stamps as (

            {{ sales_day_stamps() }}

        )

        delete from {{ this }} as this
        where not exists (
            select 1 from stamps
            where
                stamps.sold_date = this.sold_date
                and stamps.day_order_lines = this.day_order_lines
                and stamps.day_exchange_rates = this.day_exchange_rates
                and stamps.build_number = this.build_number
        )
    {%- endif -%}
{%- endmacro %}
