/* All metrics as one text. */
#include "manage/http/metrics.h"

#include <stdlib.h>

char *metrics_text(struct gateway *gateway, size_t *len)
{
	char *text = NULL;
	FILE *file = open_memstream(&text, len);

	if (!file)
		return NULL;
	metrics_system(file, gateway);
	metrics_line(file, gateway);
	metrics_calls(file, gateway);
	if (fclose(file) == 0)
		return text;
	free(text);
	return NULL;
}
