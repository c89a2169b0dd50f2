-- What: a music shop as Chinook has it: quoted names, names with blanks, reserved words, a table
-- that points to itself, money as numeric.
CREATE SCHEMA "Chinook";

CREATE TABLE "Chinook"."Artist" ("ArtistId" integer NOT NULL CONSTRAINT "PK_Artist" PRIMARY KEY, "Name" varchar(120));
CREATE TABLE "Chinook"."Album" (
    "AlbumId"  integer NOT NULL CONSTRAINT "PK_Album" PRIMARY KEY,
    "Title"    varchar(160) NOT NULL,
    "ArtistId" integer NOT NULL CONSTRAINT "FK_AlbumArtistId" REFERENCES "Chinook"."Artist" ("ArtistId")
);
CREATE INDEX "IFK_AlbumArtistId" ON "Chinook"."Album" ("ArtistId");
CREATE TABLE "Chinook"."Employee" (
    "EmployeeId" integer GENERATED ALWAYS AS IDENTITY CONSTRAINT "PK_Employee" PRIMARY KEY,
    "Last Name"  varchar(20) NOT NULL,
    "First Name" varchar(20) NOT NULL,
    "ReportsTo"  integer CONSTRAINT "FK_EmployeeReportsTo" REFERENCES "Chinook"."Employee",
    "BirthDate"  date,
    CONSTRAINT "Born Before Hired" CHECK ("BirthDate" < DATE '2020-01-01')
);
CREATE TABLE "Chinook"."Track" (
    "TrackId"   integer NOT NULL CONSTRAINT "PK_Track" PRIMARY KEY,
    "Name"      varchar(200) NOT NULL,
    "AlbumId"   integer REFERENCES "Chinook"."Album" ON UPDATE CASCADE,
    "Group"     text DEFAULT 'No ''Group'''::text,
    "UnitPrice" numeric(10,2) NOT NULL CHECK ("UnitPrice" >= 0),
    "Meta"      jsonb DEFAULT '{"Key": "Value"}'
);
CREATE INDEX "IX Track ""Name""" ON "Chinook"."Track" USING btree ("Name" varchar_pattern_ops);
CREATE INDEX "IX_Track_Meta" ON "Chinook"."Track" USING gin ("Meta" jsonb_path_ops);
CREATE TABLE "Chinook"."InvoiceLine" (
    "InvoiceLineId" bigserial PRIMARY KEY,
    "TrackId"       integer NOT NULL REFERENCES "Chinook"."Track",
    "Quantity"      integer NOT NULL
) WITH (fillfactor = 80);
CREATE FUNCTION "Chinook"."Shout"(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper($1)';
CREATE INDEX "IX_Shout" ON "Chinook"."Artist" ("Chinook"."Shout"("Name"));
