{{ conformed_listings('ebay') }}
