{{ conformed_listings('woocommerce') }}
