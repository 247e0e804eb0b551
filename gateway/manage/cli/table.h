/* One tree, two looks: what a show command has gathered as JSON values, as a table or record for
 * people or as JSON for programs. Control thread, but for what makes text alone. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

struct vty;

struct table_column {
	const char *key; /* in each row's object */
	const char *title;
};

/* Rows (an array of objects) in aligned columns; numbers to the right. empty is said when there are
 * none. */
void table_out(struct vty *vty, const json_t *rows, const struct table_column *columns, size_t n,
	       const char *empty);
/* The same as text, with a line feed at the end of each line; to be freed, NULL without memory. Any thread. */
char *table_text(const json_t *rows, const struct table_column *columns, size_t n,
		 const char *empty);
/* An object, one member a line; members that are objects or arrays of objects are indented
 * below. */
void record_out(struct vty *vty, const json_t *object);
/* An array in JSON, a line for each row, so that grep and diff are of use; as table_text. */
char *rows_text(const json_t *rows);
void json_out(struct vty *vty, const json_t *tree);
/* A string of text that may have come over a wire: what is not UTF-8 is made so. */
json_t *wire_text(const char *text);
/* Text of several lines, with the terminal's line ends. */
void text_out(struct vty *vty, const char *text);
