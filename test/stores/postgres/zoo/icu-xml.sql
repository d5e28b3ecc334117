-- What a server has only when it was built with ICU and libxml.
CREATE SCHEMA worded; SET search_path = worded;
CREATE COLLATION german (provider = icu, locale = 'de-u-co-phonebk'); CREATE COLLATION ignoring_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false); CREATE COLLATION numeric_order (provider = icu, locale = 'en-u-kn-true');
CREATE TABLE words (id int, de text COLLATE german, ci text COLLATE ignoring_case, n text COLLATE numeric_order, UNIQUE (ci));
INSERT INTO words VALUES (1, 'Ärger', 'ABC', 'a10'), (2, 'Apfel', 'abd', 'a9'), (3, NULL, 'É', 'a1'); CREATE INDEX ON words (de, n); CREATE INDEX ON words (lower(ci COLLATE "de-x-icu"));
CREATE TABLE by_word (w text COLLATE german, n int) PARTITION BY RANGE (w); CREATE TABLE by_word_1 PARTITION OF by_word FOR VALUES FROM ('a') TO ('m'); CREATE TABLE by_word_2 PARTITION OF by_word DEFAULT; INSERT INTO by_word SELECT w, 1 FROM unnest('{Ärger,zoo,bär,Mut}'::text[]) w;
CREATE TABLE documents (id int PRIMARY KEY, x xml, xs xml[]); CREATE DOMAIN fragment AS xml; ALTER TABLE documents ADD f fragment;
INSERT INTO documents VALUES (1, '<?xml version="1.0" standalone="yes"?><a b="1">ü<![CDATA[<]]></a>', ARRAY['<a/>'::xml, NULL], 'text<b/>'), (2, '<!DOCTYPE a [<!ENTITY e "x">]><a/>', '{}', ''), (3, '<?xml version="1.1"?><a/>', NULL, NULL);
CREATE VIEW as_xml AS SELECT xmlelement(name "d-oc", xmlattributes(id), x) AS e FROM documents; CREATE FUNCTION titled(xml) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = '' AS $$ SELECT (xpath('/a/@b', $1))::text $$; CREATE INDEX by_title ON documents (titled(x)) WHERE id = 1; CREATE VIEW rows_of AS SELECT t.* FROM documents, XMLTABLE('/a' PASSING x COLUMNS b int PATH '@b') t;
RESET search_path;
