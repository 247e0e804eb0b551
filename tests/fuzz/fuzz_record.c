/* A line of the journal as stores and exports take it apart: whatever it is, each value is a short text or none, and
 * what is a record has an id. */
#include "gateway/records/schema.c"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct schema_row *row;

	if (schema_row((const char *)data, size, &row) < 0)
		return 0;
	if (!schema_value(row, 0))
		abort();
	for (size_t i = 0; i < schema_columns(); i++) {
		const char *value = schema_value(row, i);

		if (value && strlen(value) > size + VALUE_MAX)
			abort();
		if (value && schema_column(i)->type == SCHEMA_INTEGER &&
		    value[strspn(value, "-0123456789")])
			abort();
	}
	schema_row_free(row);
	return 0;
}
