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

static void pad(struct vty *vty, int n)
{
	if (n > 0)
		vty_out(vty, "%*s", n, "");
}

static void cell_out(struct vty *vty, const char *text, int width, bool right, bool last)
{
	int missing = width - columns_of(text);

	if (right)
		pad(vty, missing);
	vty_out(vty, "%s", text);
	if (!right && !last)
		pad(vty, missing);
	vty_out(vty, "%s", last ? VTY_NEWLINE : "  ");
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

void table_out(struct vty *vty, const json_t *rows, const struct table_column *columns, size_t n,
	       const char *empty)
{
	int widths[COLUMNS_MAX];
	bool right[COLUMNS_MAX];
	char out[CELL_MAX];

	OSMO_ASSERT(n <= COLUMNS_MAX);
	if (!json_array_size(rows)) {
		vty_out(vty, "%s%s", empty, VTY_NEWLINE);
		return;
	}
	widths_of(rows, columns, n, widths);
	for (size_t c = 0; c < n; c++) {
		right[c] = is_numeric(rows, &columns[c]);
		cell_out(vty, columns[c].title, widths[c], right[c], c == n - 1);
	}
	for (size_t i = 0; i < json_array_size(rows); i++)
		for (size_t c = 0; c < n; c++)
			cell_out(vty, cell(value_at(rows, i, &columns[c]), out), widths[c],
				 right[c], c == n - 1);
}

static void member_out(struct vty *vty, const char *key, const json_t *value, int width,
		       int indent);

static void object_out(struct vty *vty, const json_t *object, int indent)
{
	json_t *tree = (json_t *)object; /* jansson's iterators take no const, but change nothing */
	int width = 0;

	for (void *i = json_object_iter(tree); i; i = json_object_iter_next(tree, i))
		width = OSMO_MAX(width, (int)strlen(json_object_iter_key(i)));
	for (void *i = json_object_iter(tree); i; i = json_object_iter_next(tree, i))
		member_out(vty, json_object_iter_key(i), json_object_iter_value(i), width, indent);
}

/* "answered_at" reads "answered at". */
static void key_out(struct vty *vty, const char *key, int indent)
{
	pad(vty, indent);
	for (; *key; key++)
		vty_out(vty, "%c", *key == '_' ? ' ' : *key);
}

static void member_out(struct vty *vty, const char *key, const json_t *value, int width, int indent)
{
	enum { STEP = 2 };
	char out[CELL_MAX];

	if (json_is_object(value)) {
		key_out(vty, key, indent);
		vty_out(vty, "%s", VTY_NEWLINE);
		object_out(vty, value, indent + STEP);
	} else if (json_is_array(value)) {
		for (size_t i = 0; i < json_array_size(value); i++)
			member_out(vty, key, json_array_get(value, i), width, indent);
	} else {
		key_out(vty, key, indent);
		pad(vty, width - (int)strlen(key) + 2);
		vty_out(vty, "%s%s", cell(value, out), VTY_NEWLINE);
	}
}

void record_out(struct vty *vty, const json_t *object)
{
	object_out(vty, object, 0);
}

void text_out(struct vty *vty, const char *text)
{
	while (*text) {
		int len = (int)strcspn(text, "\n");

		vty_out(vty, "%.*s%s", len, text, VTY_NEWLINE);
		text += len + (text[len] == '\n');
	}
}

/* Rows take a line each, so that grep and diff are of use. */
static void rows_out(struct vty *vty, const json_t *rows)
{
	vty_out(vty, "[%s", VTY_NEWLINE);
	for (size_t i = 0; i < json_array_size(rows); i++) {
		char *text = json_dumps(json_array_get(rows, i), JSON_ENSURE_ASCII);

		vty_out(vty, " %s%s%s", text ? text : "null",
			i + 1 < json_array_size(rows) ? "," : "", VTY_NEWLINE);
		free(text);
	}
	vty_out(vty, "]%s", VTY_NEWLINE);
}

void json_out(struct vty *vty, const json_t *tree)
{
	char *text;

	if (json_is_array(tree)) {
		rows_out(vty, tree);
		return;
	}
	text = json_dumps(tree, JSON_INDENT(1) | JSON_ENSURE_ASCII);
	if (text)
		text_out(vty, text);
	free(text);
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
