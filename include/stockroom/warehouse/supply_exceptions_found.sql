-- What one look at goods under way found, for the time of its transaction.
create temporary table found_supply on commit drop as
select
    exception_key,
    kind,
    subject,
    detail,
    mend,
    first_sign_at,
    po_number,
    line_number,
    sku,
    location_id,
    supplier_id,
    stockout_probability,
    money_at_risk,
    currency,
    proposal,
    proposal_gain,
    owner
from ops.exceptions
where false
