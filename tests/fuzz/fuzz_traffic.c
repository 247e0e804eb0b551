/* A hostile line of what a trunk carried: what is read of it is written as a line that is read back the same. */
#include "gateway/call/traffic_store.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct traffic_figures figures, again;
	char line[LINE_OCTETS] = "", *text = NULL;
	size_t len;
	FILE *file;

	if (size >= sizeof(line))
		return 0;
	memcpy(line, data, size);
	if (!read_figures(line, &figures))
		return 0;
	file = open_memstream(&text, &len);
	if (!file)
		abort();
	put_row(file, &figures);
	fclose(file);
	if (!read_figures(text + 1, &again) || memcmp(&figures, &again, sizeof(figures)) != 0)
		abort();
	free(text);
	return 0;
}
