-- The shipped sample customers of distributor-credit with their lists, one JSON object a line.
.mode csv
.import rules/distributor-credit/customers.csv customers
.import rules/distributor-credit/open_items.csv open_items
.import rules/distributor-credit/payments.csv payments
.import rules/distributor-credit/references.csv trade_references
.mode list
SELECT json_object(
  'customer_id', customer_id, 'name', name, 'terms_days', terms_days, 'customer_since', customer_since,
  'rating', rating, 'net_worth', net_worth, 'requested_limit', requested_limit,
  'previous_limit', previous_limit, 'limit_valid_to', limit_valid_to, 'collateral', collateral,
  'sales_12m', sales_12m, 'sales_prev_12m', sales_prev_12m, 'returns_12m', returns_12m,
  'open_orders', open_orders, 'unbilled', unbilled, 'orders_30d', orders_30d,
  'orders_avg_month', orders_avg_month, 'legal_dispute', legal_dispute, 'last_contact', last_contact,
  'do_not_contact', do_not_contact,
  'open_items', (SELECT json_group_array(json_object('due_date', due_date, 'amount', amount))
                 FROM open_items o WHERE o.customer_id = c.customer_id),
  'payments', (SELECT json_group_array(json_object('due_date', due_date, 'paid_date', paid_date,
                                                   'amount', amount))
               FROM payments p WHERE p.customer_id = c.customer_id),
  'references', (SELECT json_group_array(json_object('amount', amount))
                 FROM trade_references r WHERE r.customer_id = c.customer_id))
FROM customers c;
