-- check: every e-mail address is of the form local@domain.tld, in lower case, without blanks

SELECT id AS "user", email
  FROM users
 WHERE email !~ '^[a-z0-9_%+''-]+(\.[a-z0-9_%+''-]+)*@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$';
