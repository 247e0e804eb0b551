/* A list of named items inside a section's value: spans, trunks, peers ... Each item begins with
 * its name, an array of char, and says on which line of the file it was begun. Control thread. */
#pragma once

#include <stddef.h>

struct config_list {
	const char *kind;      /* "trunk": the word that begins one, and that references use */
	const char *one;       /* what one of them is called in a count of all; NULL: its kind */
	size_t items_at, n_at; /* offsets, in the section's value, of the array and its count */
	size_t item_size, name_size; /* octets */
	size_t line_at;              /* offset, in the item, of its int line */
	int node;                    /* enum config_node */
	void (*init)(void *item);    /* defaults of a new, zeroed item */
};

size_t config_list_count(const struct config_list *list, const void *value);
void *config_list_item(const struct config_list *list, const void *value, size_t i);
/* NULL when there is none of that name. */
void *config_list_find(const struct config_list *list, const void *value, const char *name);
int config_list_line(const struct config_list *list, const void *item);

/* A new, zeroed item at the end, named and with its defaults; name is shorter than name_size. NULL
 * when memory is out. */
void *config_list_add(const struct config_list *list, void *value, const char *name, int line);
void config_list_delete(const struct config_list *list, void *value, void *item);
/* Puts a copy of from's items into to, which is a copy of from otherwise. 0 or -ENOMEM. */
int config_list_copy(const struct config_list *list, void *to, const void *from);
