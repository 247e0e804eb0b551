/* A hostile file of locks: what could be read of it holds, and the file written in its place is read back without a
 * fault, with the same names locked. */
#include "gateway/pstn/maintenance.c"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct maintenance *read_all(const uint8_t *data, size_t size, unsigned *bad_line)
{
	struct maintenance *maintenance = maintenance_new(NULL, NULL);
	FILE *file = fmemopen((void *)data, size, "r");

	if (!maintenance || !file || read_entries(maintenance, file, bad_line) == -ENOMEM)
		abort();
	fclose(file);
	return maintenance;
}

static void must_agree(const struct maintenance *a, const struct maintenance *b)
{
	const struct entry *entry;

	if (a->n != b->n)
		abort();
	for (unsigned i = 0; i < BUCKETS; i++) {
		llist_for_each_entry (entry, &a->buckets[i], entry) {
			if (!is_name(entry->name) || maintenance_get(a, entry->name) != LOCKED ||
			    maintenance_get(b, entry->name) != LOCKED)
				abort();
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct maintenance *maintenance, *again;
	unsigned bad_line;
	char *text = NULL;
	size_t len;
	FILE *file;

	if (!size)
		return 0;
	maintenance = read_all(data, size, &bad_line);
	file = open_memstream(&text, &len);
	if (!file)
		abort();
	write_entries(maintenance, file);
	fclose(file);
	again = read_all((const uint8_t *)text, len, &bad_line);
	if (bad_line)
		abort();
	must_agree(maintenance, again);
	free(text);
	talloc_free(again);
	talloc_free(maintenance);
	return 0;
}
