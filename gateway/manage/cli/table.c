/* One tree, two looks: aligned text and JSON from the same values. */
#include "manage/cli/table.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include <osmocom/core/utils.h>
#include <osmocom/vty/vty.h>

enum { CELL_MAX = 128, COLUMNS_MAX = 24 };

/* A value as a person reads it. Control characters that came over a wire do not reach the
 * terminal. */
static const char *cell(const json_t *value, char out[CELL_MAX])
{
	if (json_is_string(value))
		snprintf(out, CELL_MAX, "%s", json_string_value(value));
	else if (json_is_integer(value))
		snprintf(out, CELL_MAX, "%lld", (long long)json_integer_value(value));
	else if (json_is_real(value))
		snprintf(out, CELL_MAX, "%.3f", json_real_value(value));
	else
		snprintf(out, CELL_MAX, "%s",
			 json_is_true(value)    ? "yes"
			 : json_is_false(value) ? "no"
						: "-");
	for (char *p = out; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	return *out ? out : "-";
}

/* Columns on the terminal: UTF-8 continuation octets take none. */
static int columns_of(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

static void pad(FILE *to, int n)
{
	if (n > 0)
		fprintf(to, "%*s", n, "");
}

static void put_cell(FILE *to, const char *text, int width, bool right, bool last)
{
	int missing = width - columns_of(text);

	if (right)
		pad(to, missing);
	fputs(text, to);
	if (!right && !last)
		pad(to, missing);
	fputs(last ? "\n" : "  ", to);
}

static const json_t *value_at(const json_t *rows, size_t row, const struct table_column *column)
{
	return json_object_get(json_array_get(rows, row), column->key);
}

/* Any number makes a column of numbers: elsewhere in it they may be missing. */
static bool is_numeric(const json_t *rows, const struct table_column *column)
{
	for (size_t i = 0; i < json_array_size(rows); i++)
		if (json_is_number(value_at(rows, i, column)))
			return true;
	return false;
}

static void widths_of(const json_t *rows, const struct table_column *columns, size_t n, int *widths)
{
	char out[CELL_MAX];

	for (size_t c = 0; c < n; c++)
		widths[c] = columns_of(columns[c].title);
	for (size_t i = 0; i < json_array_size(rows); i++)
		for (size_t c = 0; c < n; c++)
			widths[c] = OSMO_MAX(widths[c],
					     columns_of(cell(value_at(rows, i, &columns[c]), out)));
}

static void put_table(FILE *to, const json_t *rows, const struct table_column *columns, size_t n)
{
	int widths[COLUMNS_MAX];
	bool right[COLUMNS_MAX];
	char out[CELL_MAX];

	OSMO_ASSERT(n <= COLUMNS_MAX);
	widths_of(rows, columns, n, widths);
	for (size_t c = 0; c < n; c++) {
		right[c] = is_numeric(rows, &columns[c]);
		put_cell(to, columns[c].title, widths[c], right[c], c == n - 1);
	}
	for (size_t i = 0; i < json_array_size(rows); i++)
		for (size_t c = 0; c < n; c++)
			put_cell(to, cell(value_at(rows, i, &columns[c]), out), widths[c], right[c],
				 c == n - 1);
}

char *table_text(const json_t *rows, const struct table_column *columns, size_t n,
		 const char *empty)
{
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	if (!to)
		return NULL;
	if (json_array_size(rows))
		put_table(to, rows, columns, n);
	else
		fprintf(to, "%s\n", empty);
	fclose(to);
	return text;
}

/* NULL: there was no memory for it. */
static void out_and_free(struct vty *vty, char *text)
{
	if (text)
		text_out(vty, text);
	free(text);
}

void table_out(struct vty *vty, const json_t *rows, const struct table_column *columns, size_t n,
	       const char *empty)
{
	out_and_free(vty, table_text(rows, columns, n, empty));
}

static void put_member(FILE *to, const char *key, const json_t *value, int width, int indent);

static void put_object(FILE *to, const json_t *object, int indent)
{
	json_t *tree = (json_t *)object; /* jansson's iterators take no const, but change nothing */
	int width = 0;

	for (void *i = json_object_iter(tree); i; i = json_object_iter_next(tree, i))
		width = OSMO_MAX(width, (int)strlen(json_object_iter_key(i)));
	for (void *i = json_object_iter(tree); i; i = json_object_iter_next(tree, i))
		put_member(to, json_object_iter_key(i), json_object_iter_value(i), width, indent);
}

/* "answered_at" reads "answered at". */
static void put_key(FILE *to, const char *key, int indent)
{
	pad(to, indent);
	for (; *key; key++)
		fputc(*key == '_' ? ' ' : *key, to);
}

static void put_member(FILE *to, const char *key, const json_t *value, int width, int indent)
{
	enum { STEP = 2 };
	char out[CELL_MAX];

	if (json_is_object(value)) {
		put_key(to, key, indent);
		fputc('\n', to);
		put_object(to, value, indent + STEP);
	} else if (json_is_array(value)) {
		for (size_t i = 0; i < json_array_size(value); i++)
			put_member(to, key, json_array_get(value, i), width, indent);
	} else {
		put_key(to, key, indent);
		pad(to, width - (int)strlen(key) + 2);
		fprintf(to, "%s\n", cell(value, out));
	}
}

void record_out(struct vty *vty, const json_t *object)
{
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	if (!to)
		return;
	put_object(to, object, 0);
	fclose(to);
	out_and_free(vty, text);
}

void text_out(struct vty *vty, const char *text)
{
	while (*text) {
		int len = (int)strcspn(text, "\n");

		vty_out(vty, "%.*s%s", len, text, VTY_NEWLINE);
		text += len + (text[len] == '\n');
	}
}

char *rows_text(const json_t *rows)
{
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	if (!to)
		return NULL;
	fputs("[\n", to);
	for (size_t i = 0; i < json_array_size(rows); i++) {
		char *row = json_dumps(json_array_get(rows, i), JSON_ENSURE_ASCII);

		fprintf(to, " %s%s\n", row ? row : "null",
			i + 1 < json_array_size(rows) ? "," : "");
		free(row);
	}
	fputs("]\n", to);
	fclose(to);
	return text;
}

void json_out(struct vty *vty, const json_t *tree)
{
	out_and_free(vty, json_is_array(tree)
				  ? rows_text(tree)
				  : json_dumps(tree, JSON_INDENT(1) | JSON_ENSURE_ASCII));
}

json_t *wire_text(const char *text)
{
	json_t *string = json_string(text);
	char clean[256];
	size_t n;

	if (string)
		return string;
	/* Not UTF-8: octets from a line or a network. */
	for (n = 0; n < sizeof(clean) - 1 && text[n]; n++)
		clean[n] = (unsigned char)text[n] < 0x80 ? text[n] : '?';
	clean[n] = '\0';
	return json_string(clean);
}
