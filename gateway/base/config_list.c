/* Lists of named items of any kind, by the offsets that describe them. */
#include "base/config_list.h"

#include <errno.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

static void *items_of(const struct config_list *list, const void *value)
{
	void *items;

	memcpy(&items, (const char *)value + list->items_at, sizeof(items));
	return items;
}

static void set_items(const struct config_list *list, void *value, void *items, size_t n)
{
	memcpy((char *)value + list->items_at, &items, sizeof(items));
	memcpy((char *)value + list->n_at, &n, sizeof(n));
}

size_t config_list_count(const struct config_list *list, const void *value)
{
	size_t n;

	memcpy(&n, (const char *)value + list->n_at, sizeof(n));
	return n;
}

void *config_list_item(const struct config_list *list, const void *value, size_t i)
{
	return (char *)items_of(list, value) + i * list->item_size;
}

void *config_list_find(const struct config_list *list, const void *value, const char *name)
{
	size_t n = config_list_count(list, value);
	char *item = items_of(list, value);

	for (size_t i = 0; i < n; i++, item += list->item_size)
		if (strcmp(item, name) == 0)
			return item;
	return NULL;
}

int config_list_line(const struct config_list *list, const void *item)
{
	int line;

	memcpy(&line, (const char *)item + list->line_at, sizeof(line));
	return line;
}

/* Room for one more item, zeroed. */
static char *append(const struct config_list *list, void *value)
{
	size_t n = config_list_count(list, value);
	char *items = items_of(list, value);

	if (!items || n == talloc_get_size(items) / list->item_size) {
		items = talloc_realloc_size(value, items, (n ? 2 * n : 4) * list->item_size);
		if (!items)
			return NULL;
	}
	memset(items + n * list->item_size, 0, list->item_size);
	set_items(list, value, items, n + 1);
	return items + n * list->item_size;
}

void *config_list_add(const struct config_list *list, void *value, const char *name, int line)
{
	char *item = append(list, value);

	if (!item)
		return NULL;
	osmo_strlcpy(item, name, list->name_size);
	memcpy(item + list->line_at, &line, sizeof(line));
	if (list->init)
		list->init(item);
	return item;
}

void config_list_delete(const struct config_list *list, void *value, void *item)
{
	size_t n = config_list_count(list, value);
	char *items = items_of(list, value), *next = (char *)item + list->item_size;

	memmove(item, next, (size_t)(items + n * list->item_size - next));
	set_items(list, value, items, n - 1);
}

int config_list_copy(const struct config_list *list, void *to, const void *from)
{
	size_t n = config_list_count(list, from);
	void *items = n ? talloc_memdup(to, items_of(list, from), n * list->item_size) : NULL;

	if (n && !items)
		return -ENOMEM;
	set_items(list, to, items, n);
	return 0;
}
