/* Hostile system.conf and chan_dahdi.conf, parted by a zero octet: something comes out, of printable characters, and
 * what passes the gateway's check is the configuration it seems. */
#include "gateway/manage/setup/import.c"
#include "gateway/manage/setup/import_channels.c"
#include "gateway/manage/setup/import_system.c"
#include "gateway/manage/setup/import_write.c"

#include "tests/unit/manage/grammar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *part = memchr(text, 0, size);
	size_t first = part ? (size_t)(part - text) : size;
	const struct import_source system = { "system.conf", text, first };
	const struct import_source channels = { "chan_dahdi.conf", text + first, size - first };
	void *ctx = talloc_new(NULL);
	char *left, *out;

	grammar_init();
	out = import_text(ctx, &system, &channels, &left);
	if (!out)
		abort();
	for (const char *p = out; *p; p++) {
		if (*p != '\n' && !isprint((unsigned char)*p))
			abort();
	}
	talloc_free(ctx);
	return 0;
}
