comment on column ops.restock_requests.asked_key is
'Digest of the addresses and the SKU of a request made on a page: asking again is the same request. Null: from a file,'
' or back in line after the same had been asked again.';
