"""The queries that the tests ask, written from Shopify's published schema."""

ORDERS = """
query orders($first: Int!, $after: String, $query: String, $reverse: Boolean) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT, reverse: $reverse) {
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    nodes {
      id name createdAt processedAt updatedAt cancelledAt cancelReason test currencyCode
      customer { id }
      shippingAddress { countryCodeV2 }
      fulfillmentOrders(first: 2) { nodes { id assignedLocation { location { id } } } }
      lineItems(first: 250) {
        nodes {
          id sku name quantity currentQuantity requiresShipping
          variant { id sku }
          originalUnitPriceSet { shopMoney { amount currencyCode } }
          discountedUnitPriceSet { shopMoney { amount currencyCode } }
        }
        pageInfo { hasNextPage endCursor }
      }
      refunds {
        id createdAt
        refundLineItems(first: 100) { nodes { id quantity restockType lineItem { id } location { id } } }
      }
      fulfillments {
        id createdAt status
        location { id }
        fulfillmentLineItems(first: 250) { nodes { id quantity lineItem { id } } pageInfo { hasNextPage } }
      }
    }
  }
}
"""

PRODUCTS = """
query products($first: Int!, $after: String, $query: String) {
  products(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    pageInfo { hasNextPage endCursor }
    nodes {
      id title handle productType vendor status updatedAt
      featuredMedia { preview { image { url } } }
      variants(first: 5) {
        nodes { id sku title price barcode updatedAt inventoryItem { id unitCost { amount currencyCode } } }
      }
    }
  }
}
"""

LEVELS = """
query levels($first: Int!, $after: String) {
  inventoryItems(first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes {
      id sku updatedAt
      inventoryLevels(first: 10) {
        nodes {
          id updatedAt
          location { id }
          quantities(names: ["available", "on_hand", "committed", "incoming", "reserved", "damaged"]) { name quantity }
        }
      }
    }
  }
}
"""

LOCATIONS = """
query locations($first: Int!, $after: String) {
  locations(first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes { id name isActive fulfillsOnlineOrders address { address1 city zip countryCode } }
  }
}
"""

ORDER_IDS = """
query ids($first: Int!, $after: String, $query: String) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    pageInfo { hasNextPage endCursor }
    nodes { id }
  }
}
"""

ORDER_LINES = """
query lines($id: ID!, $first: Int!, $after: String) {
  order(id: $id) {
    lineItems(first: $first, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { id sku quantity variant { id } }
    }
  }
}
"""
