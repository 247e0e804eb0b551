/* Any text as a configuration whose secrets are hidden and put back: what is shown of it stays the same. */
#include "gateway/base/config_secret.c"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config_report *report = config_report_new(NULL, NULL);
	char *text = talloc_strndup(report, (const char *)data, size);
	char *shown = talloc_strdup(report, text), *restored;

	config_hide_secrets(shown);
	restored = config_restore_secrets(report, shown, text, report);
	config_hide_secrets(restored);
	if (strcmp(restored, shown) != 0)
		abort();
	talloc_free(report);
	return 0;
}
