{{ conformed_listings('amazon') }}
