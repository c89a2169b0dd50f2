-- check: every product is in a category

SELECT p.id AS product, p.category_id
  FROM products p
 WHERE NOT EXISTS (SELECT FROM categories c WHERE c.id = p.category_id);
