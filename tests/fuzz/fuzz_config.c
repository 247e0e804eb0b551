/* Hostile configuration text: reading tells faults or gives a configuration that reads back the
 * same. */
#include "gateway/base/config_read.c"

#include "tests/unit/manage/grammar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *ctx = talloc_new(NULL);
	struct config_report *report, *again;
	struct config *config, *second;

	grammar_init();
	report = config_report_new(ctx, "fuzz");
	config = config_read_text(ctx, (const char *)data, size, report);
	if (!config != (config_report_count(report) > 0))
		abort();
	if (config) {
		char *text = config_text(ctx, config);

		again = config_report_new(ctx, "again");
		second = config_read_text(ctx, text, strlen(text), again);
		if (!second || strcmp(text, config_text(ctx, second)) != 0)
			abort();
	}
	talloc_free(ctx);
	return 0;
}
